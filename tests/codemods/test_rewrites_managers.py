"""Context managers of the user's that hand out a client, a resource or a run: followed to the name that `with` gives it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

HEAD = """
import contextlib
from contextlib import ExitStack, contextmanager, nullcontext

from dagster import Definitions, op
from dagster_dbt import DbtCloudClientResource

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
"""
FUNCTION = """
@contextmanager
def session(cloud):
    try:
        yield cloud.get_dbt_client()
    finally:
        print("closed")
"""
CLASS = """
class Session:
    def __init__(self, cloud):
        self.client = cloud.get_dbt_client()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None
"""
ABSTRACT = CLASS.replace("Session:", "Session(contextlib.AbstractContextManager):").replace(
    "    def __enter__(self):\n        return self\n\n", ""
)
OTHER = ABSTRACT.replace("contextlib.AbstractContextManager", "contextlib.ExitStack")
OP = """

@op
def work(cloud: DbtCloudClientResource):
    {use}


defs = Definitions(resources={{"cloud": cloud}})
"""
RUN = "print(client.run_job_and_poll(67890).run_id)"


def _migrated(tmp_path: Path, held: str, use: str) -> tuple[str, set[str]]:
    text, codes = migrate_one(tmp_path, HEAD + held + OP.format(use=use))
    return text, {code for code in codes if code.startswith("LDC3")}


@pytest.mark.parametrize(
    ("held", "use"),
    [
        (FUNCTION, f"with session(cloud) as client:\n        {RUN}"),
        (FUNCTION.replace("@context", "@contextlib.context"), f"with session(cloud) as client:\n        {RUN}"),
        (FUNCTION, f"with session(cloud) as client, open('x') as out:\n        {RUN}"),
        (FUNCTION.replace(".get_dbt_client()", ""), "with session(cloud) as one:\n        one.get_dbt_client().get_job(67890)"),
        (FUNCTION.replace("client()", "client(), 1"), f"with session(cloud) as pair:\n        client = pair[0]\n        {RUN}"),
        (CLASS, "with Session(cloud) as one:\n        one.client.run_job_and_poll(67890)"),
        (CLASS.replace("return self\n", "return self.client\n"), f"with Session(cloud) as client:\n        {RUN}"),
        (ABSTRACT, "with Session(cloud) as one:\n        one.client.run_job_and_poll(67890)"),
        (ABSTRACT, "with Session(cloud):\n        cloud.get_dbt_client().run_job_and_poll(67890)"),
        (ABSTRACT.replace("Manager)", "Manager['Session'])"), "with Session(cloud) as one:\n        one.client.run_job_and_poll(67890)"),
        (ABSTRACT + "\n\nclass Own(Session):\n    pass\n", "with Own(cloud) as one:\n        one.client.run_job_and_poll(67890)"),
    ],
)  # fmt: skip
def test_what_a_manager_hands_out_is_followed(tmp_path: Path, held: str, use: str) -> None:
    text, kept = _migrated(tmp_path, held, use)
    assert not kept and "legacy_shim" not in text and "get_dbt_client" not in text


@pytest.mark.parametrize(
    ("held", "use"),
    [
        (FUNCTION, f"with session(cloud) as (client, other):\n        {RUN}"),
        (OTHER, "with Session(cloud) as one:\n        one.client.run_job_and_poll(67890)"),
        (ABSTRACT.replace("contextlib.Abstract", "acme.Abstract"), "with Session(cloud) as one:\n        one.client.run_job_and_poll(67890)"),
        (FUNCTION, f"with ExitStack() as stack:\n        client = stack.enter_context(session(cloud))\n        {RUN}"),
        (FUNCTION, f"manager = session(cloud)\n    with manager as client:\n        {RUN}"),
        (FUNCTION, f"client = session(cloud).__enter__()\n    {RUN}"),
        (FUNCTION + "\nmake = session\n", f"with make(cloud) as client:\n        {RUN}"),
        (FUNCTION.replace("@contextmanager", "@made.elsewhere"), f"with session(cloud) as client:\n        {RUN}"),
        (FUNCTION.replace("    try:", "    if cloud is None:\n        yield Fake()\n    try:"), f"with session(cloud) as client:\n        {RUN}"),
        (CLASS.replace("__enter__", "__aenter__"), "with Session(cloud) as one:\n        one.client.run_job_and_poll(67890)"),
        ("", f"with nullcontext(cloud.get_dbt_client()) as client:\n        {RUN}"),
    ],
)  # fmt: skip
def test_what_a_manager_may_hand_to_others_is_kept(tmp_path: Path, held: str, use: str) -> None:
    text, kept = _migrated(tmp_path, held, use)
    assert kept and "cloud_v2" not in text
