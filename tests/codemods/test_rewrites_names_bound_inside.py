"""Names that are bound inside of a call, and clients that are used where no name says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate, migrate_one

HEAD = """\
from dagster import Definitions, EnvVar, job, op
from dagster_dbt import DbtCloudClientResource

cloud = DbtCloudClientResource(auth_token=EnvVar("TOKEN"), account_id=12345)


@op
def work(cloud: DbtCloudClientResource):
    client = cloud.get_dbt_client()
"""
TAIL = """

@job(resource_defs={"cloud": cloud})
def nightly():
    work()


defs = Definitions(jobs=[nightly])
"""


def test_a_client_that_is_named_where_it_is_used(tmp_path: Path) -> None:
    body = (
        "    (same := client).run_job_and_poll(job_id=(number := 67890))\n"
        '    print((again := same).get_job(number)["name"], found := again.run_job(first := number))\n'
        "    return found, first\n"
    )
    text, _ = migrate_one(tmp_path, HEAD + body + TAIL)
    assert text == clean(
        """
        import os

        from dagster import Definitions, job, op
        from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace
        from dagster_dbt.cloud_v2.types import DbtCloudRun

        cloud = DbtCloudWorkspace(
            credentials=DbtCloudCredentials(
                account_id=12345,
                token=os.environ["TOKEN"],
                access_url="https://cloud.getdbt.com",
            ),
            project_id=11,
            environment_id=22,
        )


        @op
        def work(cloud: DbtCloudWorkspace):
            client = cloud.get_client()
            dbt_client = (same := client)
            run = dbt_client.trigger_job_run((number := 67890))
            run = dbt_client.poll_run(run["id"], poll_interval=10, poll_timeout=float("inf"))
            DbtCloudRun.from_run_details(run).raise_for_status()
            print((again := same).get_job_details(number)["name"], found := again.trigger_job_run(first := number))
            return found, first


        @job(resource_defs={"cloud": cloud})
        def nightly():
            work()


        defs = Definitions(jobs=[nightly])
        """
    )


MADE = 'cloud = DbtCloudClientResource(auth_token="t", account_id=12345)\n'
BOUND = {
    "the job of a load": "from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job\n"
    f"{MADE}models = load_assets_from_dbt_cloud_job(cloud, (number := 67890))\nprint(number)\n",
    "the settings of a resource": "from dagster_dbt import DbtCloudClientResource\n"
    "cloud = DbtCloudClientResource(auth_token=(token := 't'), account_id=12345)\nprint(token)\n",
    "the job of an op": "from dagster_dbt import dbt_cloud_run_op\n"
    "run_it = dbt_cloud_run_op.configured({'job_id': (number := 67890)}, name='run_it')\nprint(number)\n",
    "a cause": "from dagster import Definitions, op\nfrom dagster_dbt import DbtCloudClientResource\n"
    f"{MADE}@op\ndef kick(cloud: DbtCloudClientResource):\n"
    "    cloud.get_dbt_client().run_job(67890, cause=(why := 'x'))\n    print(why)\n"
    'defs = Definitions(resources={"cloud": cloud})\n',
}


def test_what_is_written_would_not_bind_the_name(tmp_path: Path) -> None:
    files = {f"p{at}.py": text for at, text in enumerate(BOUND.values())}
    texts, report = migrate(tmp_path, files)
    kept = {one.place.path.name for one in report.findings if one.code == "LDC303" and ":=" in one.message}
    assert kept == set(files)
    assert texts == {
        name: text.replace("from dagster_dbt import", "from legacy_shim import")
        for name, text in files.items()
    }


@pytest.mark.parametrize(
    "reads",
    [
        "[client][0].run_job_and_poll(67890)",
        '{"a": client}["a"].run_job_and_poll(67890)',
        "[*[client]][0].run_job_and_poll(67890)",
        "(client, 1)[0].run_job_and_poll(67890).run_id",
        "[cloud][0].get_dbt_client().run_job_and_poll(67890)",
        "[one for one in [client]][0].run_job_and_poll(67890)",
        "more = [1]\n    first, second = (*more, client)\n    second.run_job_and_poll(67890)",
    ],
)
def test_a_client_that_is_read_where_no_name_says_so(tmp_path: Path, reads: str) -> None:
    program = f"{HEAD}    {reads}\n{TAIL}"
    text, codes = migrate_one(tmp_path, program)
    assert text == program.replace("from dagster_dbt import", "from legacy_shim import")
    assert "LDC303" in codes


HOLDER = """

class Holder:
    def __init__(self, client):
        self.client = client
"""


@pytest.mark.parametrize(
    "reads",
    [
        "Holder(cloud.get_dbt_client()).client.run_job_and_poll(67890)",
        "started = Holder(cloud.get_dbt_client()).client.run_job_and_poll(67890).run_id",
        'print(Holder(cloud.get_dbt_client()).client.get_job(67890)["name"])',
        'Holder(cloud.get_dbt_client()).client.update_job(67890, name="x")',
        "(cloud.get_dbt_client() if client else client).run_job_and_poll(67890)",
        "(again := cloud.get_dbt_client()).run_job_and_poll(67890)",
        'print(len(Holder(cloud.get_dbt_client()).client.run_job_and_poll(67890).result["results"]))',
        'print(len((cloud.get_dbt_client() if client else client).run_job_and_poll(67890).result["results"]))',
        'print(len((again := cloud.get_dbt_client()).run_job_and_poll(67890).result["results"]), again)',
        'out = (again := cloud.get_dbt_client()).run_job_and_poll(67890)\n    print(out.result["results"], again)',
        "print([Holder(cloud.get_dbt_client()).client.run_job_and_poll(one).result for one in (67890, 67891)])",
    ],
)
def test_a_client_that_is_made_in_the_expression_that_calls_it_is_written_once(
    tmp_path: Path, reads: str
) -> None:
    program = HEAD.replace("\n\n\n@op", f"{HOLDER}\n\n@op") + f"    {reads}\n{TAIL}"
    text, _ = migrate_one(tmp_path, program)
    assert "get_dbt_client" not in text and "legacy_shim" not in text
    made = "cloud.get_client()"
    assert text.count(made) == program.count("cloud.get_dbt_client()")


def test_a_client_that_is_one_of_two_keeps_its_parentheses(tmp_path: Path) -> None:
    program = f'{HEAD}    print((client or None).get_job(67890)["name"])\n{TAIL}'
    text, codes = migrate_one(tmp_path, program)
    assert text == clean(
        """
        import os

        from dagster import Definitions, job, op
        from dagster_dbt.cloud_v2 import DbtCloudCredentials, DbtCloudWorkspace

        cloud = DbtCloudWorkspace(
            credentials=DbtCloudCredentials(
                account_id=12345,
                token=os.environ["TOKEN"],
                access_url="https://cloud.getdbt.com",
            ),
            project_id=11,
            environment_id=22,
        )


        @op
        def work(cloud: DbtCloudWorkspace):
            client = cloud.get_client()
            print((client or None).get_job_details(67890)["name"])


        @job(resource_defs={"cloud": cloud})
        def nightly():
            work()


        defs = Definitions(jobs=[nightly])
        """
    )
    assert not [code for code in codes if code.startswith("LDC3")]
