"""Where a plausible rewrite of resources, ops and clients to v2 breaks, and what the migration does there.

One test for each such place, as in the module of loads beside this one.
"""

from __future__ import annotations

import json

import pytest
from before_and_after import HEAD, ONE_LOAD, WEEKLY, Bench, Both, Change, slow
from parity_case import ENV

from legacy_shim.emulator import Outcome

RESOURCE = """dbt_cloud = DbtCloudClientResource(
    auth_token=EnvVar("DBT_CLOUD_API_TOKEN"), account_id=EnvVar.int("DBT_CLOUD_ACCOUNT_ID")
)"""
BY_HAND = f"""
import requests
from dagster import *
from dagster_dbt import DbtCloudClientResource, dbt_cloud_run_op

{RESOURCE}

nightly = dbt_cloud_run_op.configured({{"job_id": 67890, "poll_interval": 1}}, name="nightly")


@op(out=Out(Nothing))
def extract():
    ...


@op(ins={{"after": In(Nothing)}})
def finance(dbt_cloud: DbtCloudClientResource) -> int:
    client = dbt_cloud.get_dbt_client()
    client.run_job_and_poll(67891, poll_timeout=0)
    client.run_job_and_poll(67891, poll_timeout=7200)
    return len(client.get_run_results(client.run_job_and_poll(67891).run_id)["results"])


@job
def by_hand():
    finance(after=nightly(start_after=[extract(), extract.alias("extract_more")()]))


@job(config={{"ops": {{"dbt_cloud_run_op": {{"config": {{"job_id": 67891, "asset_key_prefix": ["warehouse"]}}}}}}}})
def from_config():
    dbt_cloud_run_op()


@asset
def job_name(dbt_cloud: DbtCloudClientResource) -> str:
    answer = requests.get(
        f"https://cloud.getdbt.com/api/v2/accounts/{{dbt_cloud.account_id + 0}}/jobs/67890/",
        headers={{"Authorization": f"Token {{dbt_cloud.auth_token}}"}},
    )
    answer.raise_for_status()
    return answer.json()["data"]["name"]


defs = Definitions(assets=[job_name], jobs=[by_hand, from_config], resources={{"dbt_cloud": dbt_cloud}})
"""
ONE_OP = """
@op(required_resource_keys={"dbt_cloud"})
def run(context):
    %s


@op(ins={"after": In(Nothing)})
def report(): ...


@job(resource_defs={"dbt_cloud": cloud})
def nightly():
    report(run())


defs = Definitions(jobs=[nightly])
"""


@pytest.fixture(scope="module")
def by_hand(bench: Bench) -> Both:
    """Ops that run jobs, each in its own way, and an asset that reads the settings of the resource."""
    return bench.both(BY_HAND, "job:by_hand", "job:from_config", "materialize:job_name")


@pytest.fixture(scope="module")
def elsewhere(bench: Bench) -> Both:
    """A load from a host that ends in a slash; it, the account and the token are read from the environment."""
    settings = ("auth_token", "API_TOKEN"), ("account_id", "ACCOUNT_ID"), ("dbt_cloud_host", "HOST")
    config = {name: {"env": f"DBT_CLOUD_{variable}"} for name, variable in settings}
    program = f"{HEAD}cloud = dbt_cloud_resource.configured({json.dumps(config)})\n{ONE_LOAD}"
    return bench.both(program, "materialize:all", env={**ENV, "DBT_CLOUD_HOST": "https://emea.dbt.com/"})


# credentials


def test_variables_of_the_environment_are_read(by_hand: Both, elsewhere: Both) -> None:
    for before, after, _ in (by_hand, elsewhere):
        (caller,) = after.document["callers"]
        assert caller["account"] == ENV["DBT_CLOUD_ACCOUNT_ID"]
        assert after.document["callers"] == before.document["callers"]  # the token too
        assert 401 not in {request.status for request in after.cloud.journal}


def test_an_account_id_in_quotes_becomes_a_number(bench: Bench) -> None:
    resource = (
        'cloud = DbtCloudClientResource(auth_token=os.environ["DBT_CLOUD_API_TOKEN"], account_id="12345")\n'
    )
    _, after, migration = bench.both(HEAD + resource + ONE_LOAD, "materialize:all")
    assert "account_id=12345," in migration.now()
    (row,) = after.each("metadata").values()
    assert row.get("dagster_dbt/cloud_account_id", ["IntMetadataValue", 12345]) == ["IntMetadataValue", 12345]


def test_the_host_is_always_given_and_ends_in_no_slash(by_hand: Both, elsewhere: Both) -> None:
    assert 'access_url="https://cloud.getdbt.com",' in by_hand.migration.now()
    assert 'access_url=os.environ["DBT_CLOUD_HOST"].rstrip("/"),' in elsewhere.migration.now()
    assert [row["host"] for row in elsewhere.after.document["callers"]] == ["emea.dbt.com"]
    assert not [request.path for request in elsewhere.after.cloud.journal if "//" in request.path]


def test_credentials_are_told_to_be_needed_when_the_code_loads(bench: Bench) -> None:
    folder = bench.write(HEAD + ONE_OP % "context.resources.dbt_cloud.run_job_and_poll(67891)")
    assert bench.run(folder, env={}, install=True).error is None
    migration = bench.migrate(folder)
    assert list(migration.told("LDC201")) == [HEAD.splitlines()[-1]]
    error = bench.run(folder, env={}).error
    assert error is not None
    assert error["variables"] == ["DBT_CLOUD_API_TOKEN"]


# runs


def test_waits_are_as_long_as_they_were(by_hand: Both) -> None:
    """None and 0 mean for ever in legacy code, and 60 seconds in v2."""
    for side in (by_hand.before, by_hand.after):
        assert [run["wait"] for run in side.runs] == [None, None, 7200, None, None]
        assert all(run["awaited"] for run in side.runs)


def test_schedules_are_left_alone_and_told_of(by_hand: Both) -> None:
    assert by_hand.before.cloud.jobs[67890]["triggers"]["schedule"] is False  # it was on
    assert by_hand.after.cloud.jobs[67890]["triggers"]["schedule"] is True
    told = [each.message for each in by_hand.migration.findings if each.code == "LDC208"]
    assert told == ["the dbt Cloud schedule of job 67890 (Nightly) is on now"]


def test_run_ops_stay_what_they_are(by_hand: Both) -> None:
    jobs = [side.document["graph"]["jobs"] for side in (by_hand.before, by_hand.after)]
    for name, op in (("by_hand", "nightly"), ("from_config", "dbt_cloud_run_op")):
        before, after = (each[name]["ops"][op] for each in jobs)
        for field in ("inputs", "after", "tags", "config_schema", "required_resources"):
            assert after[field] == before[field]
        assert jobs[1][name]["run_config"] == jobs[0][name]["run_config"]
    assert jobs[1]["by_hand"]["ops"]["nightly"]["after"] == ["extract", "extract_more"]
    assert by_hand.after.commands == by_hand.before.commands
    for side in (by_hand.before, by_hand.after):
        first, second = ([row["asset"] for row in action["materialized"]] for action in side.actions[:2])
        assert "dbt/model/analytics/orders" in first
        assert second == [f"warehouse/{WEEKLY.replace('.', '/')}"]


def test_ops_that_are_made_in_a_loop_run_each_its_own_job(bench: Bench) -> None:
    program = """
ops = []
for number in (67892, 67891):
    one = dbt_cloud_run_op.configured({"job_id": number}, name=f"run_{number}")
    ops.append(one)


@job(resource_defs={"dbt_cloud": cloud})
def nightly():
    for each in ops:
        each()


defs = Definitions(jobs=[nightly])
"""
    before, after, _ = bench.both(HEAD + program, "job:nightly")
    assert after.commands == before.commands
    assert {number for number, _ in after.commands} == {67892, 67891}


def test_a_failed_run_fails_the_op_that_waits_for_it(bench: Bench) -> None:
    program = HEAD + ONE_OP % "context.resources.dbt_cloud.run_job_and_poll(67891)"
    before, after, migration = bench.twice(
        program, "job:nightly", change=lambda cloud: cloud.end_runs(Outcome())
    )
    assert "legacy_shim" not in migration.now()
    assert {row.kind for row in migration.untold(before, after)} == {"not shown"}  # as the action fails
    for side in (before, after):
        assert [row["step"] for row in side.actions[0]["errors"]] == ["run", None]


def test_methods_that_answer_otherwise_become_requests(bench: Bench) -> None:
    call = 'client.get_run_artifact(client.run_job_and_poll(67891).run_id, "run_results.json")'
    body = f'client = context.resources.dbt_cloud\n    text = {call}\n    return json.loads(text)["results"]'
    before, after, migration = bench.both(HEAD + ONE_OP % body, "job:nightly")
    assert "legacy_shim" not in migration.now()
    assert "text = get_run_artifact(client.get_client(), " in migration.now()
    for side in (before, after):
        assert side.actions[0]["errors"] == []
        assert side.actions[0]["outputs"] == {"run:result": "list"}


def test_settings_of_an_annotated_resource_are_read_of_its_credentials(by_hand: Both) -> None:
    assert "{dbt_cloud.credentials.account_id + 0}" in by_hand.migration.now()
    assert "{dbt_cloud.credentials.token}" in by_hand.migration.now()
    for side in (by_hand.before, by_hand.after):
        assert side.actions[-1]["outputs"] == {"job_name:result": "str"}


# what is not Python


def test_commands_in_other_files_are_found_where_they_stand(bench: Bench) -> None:
    command = "dagster-dbt-cloud cache-compile-references -f definitions.py"
    files = {
        ".github/workflows/nightly.yml": f"steps:\n  - run: {command}\n",
        "Makefile": "cache:\n\tpython -m dagster_dbt.cloud.cli cache-compile-references -f definitions.py\n",
        "Dockerfile": f"FROM python:3.12\n\nRUN {command}\n",
        "docs/deploy.md": f"Before you deploy:\n\n{command}\n",
    }
    folder = bench.write({**files, "definitions.py": HEAD + ONE_LOAD})
    found = [each.place for each in bench.migrate(folder).findings if each.code == "LDC506"]
    assert sorted(f"{place.path.relative_to(folder)}:{place.line}" for place in found) == [
        ".github/workflows/nightly.yml:2",
        "Dockerfile:3",
        "Makefile:2",
        "docs/deploy.md:3",
    ]
    assert {name: (folder / name).read_text() for name in files} == files


# failures


READS_FAILURE = """
import json

@op(required_resource_keys={"dbt_cloud"})
def run(context):
    try:
        context.resources.dbt_cloud.run_job_and_poll(67891, poll_interval=0.1, poll_timeout=%s)
    except Failure as failure:
        said = failure.description.split("\\n")[0].split(" after ")[0]
        raise ValueError(json.dumps([said, failure.metadata["run_page_url"].value[-8:]]))


@job(resource_defs={"dbt_cloud": cloud})
def nightly():
    run()


defs = Definitions(jobs=[nightly])
"""


@pytest.mark.parametrize(
    ("timeout", "change", "status", "said"),
    [
        (600, lambda cloud: cloud.end_runs(Outcome()), "Error", "failed. Status Message: None"),
        (0.5, slow(running=30), "Cancelled", "timed out"),
    ],
)
def test_a_failure_that_is_read_says_what_it_said(
    bench: Bench, timeout: float, change: Change, status: str, said: str
) -> None:
    before, after, _ = bench.twice(HEAD + READS_FAILURE % timeout, "job:nightly", change=change)
    messages = [side.actions[0]["errors"][0]["message"] for side in (before, after)]
    assert messages[0] == messages[1]
    assert said in messages[1]
    assert [[run["status"] for run in side.runs] for side in (before, after)] == [[status], [status]]
