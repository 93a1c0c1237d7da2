"""A job that goes on where it failed does so after the migration, too, however the code starts it."""

from __future__ import annotations

from before_and_after import HEAD, Bench

from legacy_shim.emulator import DbtCloud, Outcome

BODIES = {
    "polled": "client.run_job_and_poll(67890, poll_interval=0.05, retry_from_failure=True)",
    "spread": 'context.log.info(str(client.run_job_and_poll(67890, cause="by hand", **OPTIONS).run_id))',
    "handed_on": "go = partial(client.run_job_and_poll, 67890, poll_interval=0.05, retry_from_failure=True)\n    go()",
    "started": 'client.poll_run(client.run_job(67890, retry_from_failure=True)["id"], poll_interval=0.05)',
    "rerun": 'client.poll_run(client.rerun_job(67890)["id"], poll_interval=0.05)',
    "anew": "client.run_job_and_poll(67890, poll_interval=0.05, **{'retry_from_failure': not OPTIONS})",
    "with_settings": 'client.run_job_and_poll(67890, poll_interval=0.05, git_branch="x", retry_from_failure=True)',
}
OPS = "".join(
    f'@op(ins={{"after": In(Nothing)}}, required_resource_keys={{"dbt_cloud"}}, retry_policy=RetryPolicy(max_retries=1))\n'
    f"def {name}(context):\n    client = context.resources.dbt_cloud\n    {body}\n\n\n"
    for name, body in BODIES.items()
)
PROGRAM = f"""{HEAD}
from functools import partial

OPTIONS = {{"poll_interval": 0.05, "retry_from_failure": True}}
AGAIN = RetryPolicy(max_retries=1)
resumed = dbt_cloud_run_op.configured({{"job_id": 67890, "poll_interval": 0.05, "retry_from_failure": True}}, name="resumed")
repeated = dbt_cloud_run_op.configured({{"job_id": 67890, "poll_interval": 0.05, "retry_from_failure": False}}, name="repeated")


{OPS}@job(resource_defs={{"dbt_cloud": cloud}})
def nightly():
    done = rerun(started(handed_on(spread(polled(resumed.with_retry_policy(AGAIN)())))))
    repeated.with_retry_policy(AGAIN)(anew(done))


@job(resource_defs={{"dbt_cloud": cloud}})
def by_branch():
    with_settings()


defs = Definitions(jobs=[nightly, by_branch])
"""
WHOLE = ["dbt seed", "dbt build --select tag:daily"]


def _every_other_run_fails(cloud: DbtCloud) -> None:
    """At its second command."""
    for _ in range(9):
        cloud.end_runs(Outcome(status=20, commands=1))
        cloud.end_runs(Outcome(status=10, commands=2))


def test_each_way_to_resume_does(bench: Bench) -> None:
    done = bench.twice(PROGRAM, "job:nightly", "job:by_branch", change=_every_other_run_fails)
    now = done.migration.now()
    assert "legacy_shim" not in now
    assert now.count("def start_run(client, job_id, retry_from_failure=False") == 1
    # Of what fails nothing more is shown. All else is the same, or reported.
    assert {row.kind for row in done.migration.untold(done.before, done.after)} == {"not shown"}
    for side in (done.before, done.after):
        assert side.commands == [(67890, WHOLE), (67890, WHOLE[1:])] * 6 + [(67890, WHOLE)] * 5
        assert [row["success"] for row in side.actions] == [True, False]
        assert "git_branch" in side.actions[-1]["errors"][-1]["message"]
