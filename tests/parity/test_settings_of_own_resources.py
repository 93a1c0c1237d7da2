"""Clients whose settings are fields of the user's own resources: Dagster has resolved what stands there."""

from __future__ import annotations

from before_and_after import Bench
from parity_case import ENV

WHERE = {**ENV, "DBT_CLOUD_HOST": "https://cloud.getdbt.com"}
HEAD = """
import os

from dagster import ConfigurableResource, EnvVar, job, op
from dagster_dbt import DbtCloudClientResource, DbtCloudResource
from pydantic import PrivateAttr

"""
TAIL = """

@op
def kick_{number}(context, cloud: Cloud):
    context.log.info(str(cloud.run(67891) > 0))


@job(resource_defs={{"cloud": {built}}})
def job_{number}():
    kick_{number}()
"""
READ = {"read where it is built", "a plain object of the user's"}
"""Where nothing has resolved the variable yet."""
TOKEN = 'EnvVar("DBT_CLOUD_API_TOKEN")'
HOST = 'EnvVar("DBT_CLOUD_HOST")'
POLL = "run_job_and_poll(job_id, poll_interval=1).run_id"
RESOLVED = {
    "made when the resource is set up": (
        f"""class Cloud(ConfigurableResource):
    token: str
    host: str
    _client = PrivateAttr()

    def setup_for_execution(self, context):
        self._client = DbtCloudResource(auth_token=self.token, account_id=12345, dbt_cloud_host=self.host)

    def run(self, job_id):
        return self._client.{POLL}
""",
        f"Cloud(token={TOKEN}, host={HOST})",
    ),
    "a name in a method": (
        f"""class Cloud(ConfigurableResource):
    token: str

    def run(self, job_id):
        client = DbtCloudResource(self.token, 12345)
        return client.{POLL}
""",
        f"Cloud(token={TOKEN})",
    ),
    "a method that answers it": (
        f"""class Cloud(ConfigurableResource):
    token: str
    host: str = "https://cloud.getdbt.com"

    def client(self):
        return DbtCloudResource(auth_token=self.token, account_id=12345, dbt_cloud_host=self.host)

    def run(self, job_id):
        return self.client().{POLL}
""",
        f"Cloud(token={TOKEN})",
    ),
    "the host alone": (
        f"""class Cloud(ConfigurableResource):
    token: str
    host: str

    def run(self, job_id):
        client = DbtCloudResource(self.token, 12345, dbt_cloud_host=self.host)
        return client.{POLL}
""",
        f'Cloud(token=os.environ["DBT_CLOUD_API_TOKEN"], host={HOST})',
    ),
    "the default of a field": (
        f"""class Cloud(ConfigurableResource):
    token: str = {TOKEN}

    def run(self, job_id):
        client = DbtCloudResource(self.token, 12345)
        return client.{POLL}
""",
        "Cloud()",
    ),
    "a field of a base class": (
        f"""class Base(ConfigurableResource):
    token: str


class Cloud(Base):
    def run(self, job_id):
        client = DbtCloudResource(self.token, 12345)
        return client.{POLL}
""",
        f"Cloud(token={TOKEN})",
    ),
    "a field of a nested resource": (
        f"""class Secrets(ConfigurableResource):
    token: str


class Cloud(ConfigurableResource):
    secrets: Secrets

    def run(self, job_id):
        client = DbtCloudResource(self.secrets.token, 12345)
        return client.{POLL}
""",
        f"Cloud(secrets=Secrets(token={TOKEN}))",
    ),
    "in a function of the method": (
        f"""class Cloud(ConfigurableResource):
    token: str

    def run(self, job_id):
        def connect():
            return DbtCloudResource(self.token, 12345)

        return connect().{POLL}
""",
        f"Cloud(token={TOKEN})",
    ),
    "a resource of Dagster's kind, built there": (
        f"""class Cloud(ConfigurableResource):
    token: str

    def run(self, job_id):
        client = DbtCloudClientResource(auth_token=self.token, account_id=12345).get_dbt_client()
        return client.{POLL}
""",
        f"Cloud(token={TOKEN})",
    ),
}


OTHERS = {
    "read where it is built": (
        f"""class Secrets(ConfigurableResource):
    token: str


secrets = Secrets(token={TOKEN})
client = DbtCloudClientResource(auth_token=secrets.token, account_id=12345)


class Cloud(ConfigurableResource):
    dbt: DbtCloudClientResource

    def run(self, job_id):
        return self.dbt.get_dbt_client().{POLL}
""",
        "Cloud(dbt=client)",
    ),
    "a plain object of the user's": (
        f"""class Settings:
    def __init__(self, token):
        self.token = token


settings = Settings({TOKEN})
client = DbtCloudClientResource(auth_token=settings.token, account_id=12345)


class Cloud(ConfigurableResource):
    dbt: DbtCloudClientResource

    def run(self, job_id):
        return self.dbt.get_dbt_client().{POLL}
""",
        "Cloud(dbt=client)",
    ),
    "handed to a function": (
        f"""def connect(token):
    return DbtCloudResource(token, 12345)


class Cloud(ConfigurableResource):
    token: str

    def run(self, job_id):
        return connect(self.token).{POLL}
""",
        f"Cloud(token={TOKEN})",
    ),
}


def test_what_dagster_resolves_is_used_as_it_is(bench: Bench) -> None:
    forms = [*RESOLVED.values(), *OTHERS.values()]
    files = {
        f"form_{number}.py": HEAD + text + TAIL.format(number=number, built=built)
        for number, (text, built) in enumerate(forms)
    }
    jobs = [f"job_{number}" for number in range(len(forms))]
    imports = "".join(f"from form_{number} import job_{number}\n" for number in range(len(forms)))
    files["definitions.py"] = (
        f"from dagster import Definitions\n{imports}\ndefs = Definitions(jobs=[{', '.join(jobs)}])\n"
    )
    done = bench.both(files, *(f"job:{name}" for name in jobs), env=WHERE)
    assert [record["success"] for record in (*done.before.actions, *done.after.actions)] == [True] * 2 * len(
        forms
    )
    for number, name in enumerate((*RESOLVED, *OTHERS)):
        text = done.migration.now(f"form_{number}.py")
        assert (".get_value()" in text) == (name in READ), name
        assert "legacy" not in text, name
