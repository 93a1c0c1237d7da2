"""Ops that get what a run op answers through loops, dicts, parameters and the like run as before."""

from __future__ import annotations

from before_and_after import Bench

JOBS = {
    "looped": "value = weekly()\n    for step in (note, mail):\n        value = step(value)",
    "by_name": 'run = weekly()\n    for name, sink in SINKS.items():\n        sink.alias(f"to_{name}")(run)',
    "given": 'then(weekly.alias("first"), note)\n    then(weekly, mail)',
    "chained": "Chain(weekly()).then(note).then(mail)",
    "of_any": 'for each in ALL:\n        mail.alias("mail_" + each.name)(each())',
    "as_configured": "note(again())\n    mail(by_number())",
}
PROGRAM = """
import dagster as dg
from dagster import configured, op
from dagster_dbt import DbtCloudClientResource, dbt_cloud_run_op

CLOUD = DbtCloudClientResource(auth_token=dg.EnvVar("DBT_CLOUD_API_TOKEN"), account_id=12345)
weekly = dbt_cloud_run_op.configured({"job_id": 67891, "poll_interval": 1}, name="weekly")
again = configured(dbt_cloud_run_op, name="again")({"job_id": 67891, "poll_interval": 1})


@configured(dbt_cloud_run_op, config_schema={"which": int})
def by_number(config):
    return {"job_id": config["which"], "poll_interval": 1}


@op
def note(run):
    assert run.job_id == 67891
    assert run.job_name == "Finance", run.job_name
    return run


@op
def mail(run):
    assert run.run_id > 0
    assert run.is_successful
    return run


SINKS = {"note": note, "mail": mail}
ALL = [weekly, dbt_cloud_run_op]


def then(first, step):
    return step(first())


class Chain:
    def __init__(self, run):
        self.run = run

    def then(self, step):
        self.run = step(self.run)
        return self
"""
CONFIG = {
    "of_any": '{"ops": {"dbt_cloud_run_op": {"config": {"job_id": 67891, "poll_interval": 1.0}}}}',
    "as_configured": '{"ops": {"by_number": {"config": {"which": 67891}}}}',
}


def test_all_that_get_a_run_run_as_before(bench: Bench) -> None:
    jobs = "".join(
        f'\n\n@dg.job(resource_defs={{"dbt_cloud": CLOUD}}, config={CONFIG.get(name, "None")})\n'
        f"def {name}():\n    {body}\n"
        for name, body in JOBS.items()
    )
    defs = f"\n\ndefs = dg.Definitions(jobs=[{', '.join(JOBS)}])\n"
    done = bench.both(PROGRAM + jobs + defs, *(f"job:{name}" for name in JOBS))
    assert "legacy_shim" not in done.migration.now(), [str(one) for one in done.migration.findings]
    for side in (done.before, done.after):
        assert [record["success"] for record in side.actions] == [True] * len(JOBS), side.actions
