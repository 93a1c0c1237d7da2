"""A job of one op that has a client, as text: what stands before and in the op is each test's own."""

from __future__ import annotations

GO = """

@op
def go(dbt_cloud: DbtCloudClientResource):
    client = dbt_cloud.get_dbt_client()
"""
TAIL = """

@job
def nightly():
    go()


cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)
defs = Definitions(jobs=[nightly], resources={"dbt_cloud": cloud})
"""
