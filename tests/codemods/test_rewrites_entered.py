"""Contexts that Dagster builds, objects that ``with`` enters, attributes that are set side by side, decorators of the tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate, migrate_one

HEAD = """
from dagster import (
    Definitions,
    build_op_context,
    build_schedule_context,
    build_sensor_context,
    job,
    op,
    schedule,
    sensor,
)
from dagster_dbt import DbtCloudClientResource, dbt_cloud_resource
from dagster_dbt.cloud.resources import DbtCloudResource

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)


@op
def noop():
    pass


@job
def nightly():
    noop()


@sensor(job=nightly)
def finished(context, dbt: DbtCloudClientResource):
    return dbt.get_dbt_client().get_job(67890)["id"]


@schedule(job=nightly, cron_schedule="@daily", required_resource_keys={"dbt"})
def morning(context):
    return context.resources.dbt.get_job(67890)["id"]


defs = Definitions(jobs=[nightly], sensors=[finished], schedules=[morning], resources={"dbt": cloud})
"""
BUILT = {
    "entered": 'with build_schedule_context(resources={"dbt": cloud}) as ctx:\n    print(morning(ctx))\n',
    "entered without a name": 'with build_schedule_context(resources={"dbt": cloud}):\n    pass\n',
    "called with it": 'print(finished(build_sensor_context(resources={"dbt": cloud})))\n',
    "a tick of a sensor": 'ctx = build_sensor_context(resources={"dbt": cloud})\n'
    'repo = defs.get_repository_def()\nprint(repo.get_sensor_def("finished").evaluate_tick(ctx).cursor)\n',
    "a tick of a schedule": "print(defs.get_repository_def().get_schedule_def('morning').evaluate_tick("
    'build_schedule_context(resources={"dbt": cloud})))\n',
}
LED_AWAY = {
    "entered and handed to another package": "from acme import check\n\n"
    'with build_schedule_context(resources={"dbt": cloud}) as ctx:\n    check(ctx)\n',
    "handed to a method of another package": "import acme\n\n"
    'acme.location().get_sensor_def("x").evaluate_tick(build_sensor_context(resources={"dbt": cloud}))\n',
    "put into what is not followed": "import acme\n\n"
    'with build_op_context(resources={"dbt": cloud}) as acme.context:\n    pass\n',
}


@pytest.mark.parametrize("lines", BUILT.values(), ids=BUILT)
def test_a_context_that_is_built_is_followed(tmp_path: Path, lines: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + lines)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert "legacy_shim" not in text
    # Dagster makes no workspace for a context that is not entered.
    held = "cloud" if lines.startswith("with") else "ResourceDefinition.hardcoded_resource(cloud)"
    assert text.endswith(lines.replace('"dbt": cloud', f'"dbt": {held}'))


@pytest.mark.parametrize("lines", LED_AWAY.values(), ids=LED_AWAY)
def test_a_context_that_goes_elsewhere_keeps_what_it_holds(tmp_path: Path, lines: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + lines)
    assert "LDC303" in codes
    assert "from legacy_shim import DbtCloudClientResource" in text


NOT_ENTERED = {
    "a dict of another name": 'held = {"dbt": cloud}\nfinished(build_sensor_context(resources=held))\n',
    "a resource that is built there": "finished(build_sensor_context(resources={"
    '"dbt": DbtCloudClientResource(auth_token="t", account_id=12345)}))\n',
}


@pytest.mark.parametrize("lines", NOT_ENTERED.values(), ids=NOT_ENTERED)
def test_a_context_that_is_not_entered_and_says_its_resource_elsewhere_stays(
    tmp_path: Path, lines: str
) -> None:
    text, codes = migrate_one(tmp_path, HEAD + lines)
    assert "LDC302" in codes
    assert text.endswith(lines)


CALLED_WITH = {
    "by its name": "finished(build_sensor_context(), dbt=cloud)\n",
    "alone": "late(dbt=cloud)\n",
    "behind the context": "late(build_schedule_context(), dbt=cloud)\n",
    "in a function": "def test_it():\n    assert finished(build_sensor_context(), dbt=cloud)\n",
    "under another name": "from defs import finished as sensed\n\nsensed(build_sensor_context(), dbt=cloud)\n",
    "in an op": "@op\ndef tick(dbt: DbtCloudClientResource):\n    finished(build_sensor_context(), dbt=dbt)\n",
    "in a context that is entered": "with build_sensor_context() as ctx:\n    finished(ctx, dbt=cloud)\n",
}
LATE = """

@schedule(job=nightly, cron_schedule="@daily")
def late(dbt: DbtCloudClientResource):
    return dbt.get_dbt_client().get_job(67890)["id"]


@op
def by_op(dbt: DbtCloudClientResource):
    return dbt.get_dbt_client().get_job(67890)["id"]


"""
OWN = """
def own(dbt):
    return dbt.get_dbt_client().get_job(67890)["id"]


own(dbt=cloud)
"""


@pytest.mark.parametrize("lines", CALLED_WITH.values(), ids=CALLED_WITH)
def test_a_sensor_or_schedule_that_is_called_with_a_resource_gets_it_as_it_is(
    tmp_path: Path, lines: str
) -> None:
    texts, report = migrate(tmp_path, {"defs.py": HEAD + LATE + lines})
    assert not [one for one in report.findings if one.code.startswith("LDC3")]
    for held in ("cloud", "dbt"):
        lines = lines.replace(f"dbt={held})", f"dbt=ResourceDefinition.hardcoded_resource({held}))")
    assert texts["defs.py"].endswith(lines.replace("DbtCloudClientResource", "DbtCloudWorkspace"))


@pytest.mark.parametrize("lines", ["by_op(dbt=cloud)\n", OWN, "by_op(build_op_context(), dbt=cloud)\n"])
def test_another_function_that_is_called_with_a_resource_gets_the_workspace(
    tmp_path: Path, lines: str
) -> None:
    text, codes = migrate_one(tmp_path, HEAD + LATE + lines)
    written = lines.replace("get_dbt_client", "get_client").replace("get_job(", "get_job_details(")
    assert text.endswith(written) and "LDC303" not in codes


@pytest.mark.parametrize(
    "lines",
    [
        'finished(build_sensor_context(), **{"dbt": cloud})\n',
        "finished(build_sensor_context(), dbt=DbtCloudClientResource(auth_token='t', account_id=12345))\n",
        "from functools import partial\n\npartial(finished, dbt=cloud)(build_sensor_context())\n",
    ],
)
def test_a_sensor_that_is_called_with_a_resource_that_has_no_name_there_stays(
    tmp_path: Path, lines: str
) -> None:
    text, codes = migrate_one(tmp_path, HEAD + LATE + lines)
    assert text.endswith(lines) and {"LDC302", "LDC303"} & {*codes}


OF_A_MANAGER = """
from dagster import IOManager, build_input_context, build_output_context, io_manager


class Names(IOManager):
    def handle_output(self, context, obj):
        print(context.resources.dbt.get_job(67890)["id"])

    def load_input(self, context):
        return context.resources.dbt.get_job(67890)["id"]


{lines}
"""


@pytest.mark.parametrize(
    "lines",
    [
        'Names().handle_output(build_output_context(resources={"dbt": cloud}), 1)',
        'Names().load_input(build_input_context(resources={"dbt": cloud}))',
    ],
)
def test_contexts_of_io_managers_that_are_never_entered_do_not_get_a_workspace(
    tmp_path: Path, lines: str
) -> None:
    text, codes = migrate_one(tmp_path, HEAD + OF_A_MANAGER.format(lines=lines))
    assert "LDC303" in codes and "from legacy_shim import" in text


POOL = """
from dagster_dbt.cloud.resources import DbtCloudResource


class Pool:
    def __init__(self, client: DbtCloudResource):
        {set}

    {decorator}def __enter__(self):
        self.done = []
        return {entered}

    def __exit__(self, *exc):
        return None

    def run(self):
        self.done.append(self.client.run_job_and_poll(67891).run_id)


client = DbtCloudResource(auth_token="t", account_id=12345)
with Pool(client) as pool:
    pool.run()
"""
PLAIN = {"set": "self.client = client", "decorator": "", "entered": "self"}


@pytest.mark.parametrize(
    "put",
    [
        "self.client = client",
        "self.client, self.done = client, []",
        "(self.done, self.client), self.more = ([], client), {}",
        "self.again = self.client = client",
    ],
)
def test_an_object_that_is_entered_as_itself_is_followed(tmp_path: Path, put: str) -> None:
    text, codes = migrate_one(tmp_path, POOL.format(**{**PLAIN, "set": put}))
    assert not [code for code in codes if code.startswith("LDC3")]
    assert f"        {put}\n" in text
    assert "run_job_and_poll" not in text and "legacy_shim" not in text


@pytest.mark.parametrize(
    "change",
    [
        {"entered": "proxy(self)"},
        {"decorator": "@traced\n    "},
        {"set": "self.client, self.done = pair(client)"},
        {"set": "self.done, *self.rest = [], client"},
    ],
)
def test_one_that_is_not_stays(tmp_path: Path, change: dict[str, str]) -> None:
    text, codes = migrate_one(tmp_path, POOL.format(**{**PLAIN, **change}))
    assert "LDC303" in codes
    assert "self.client.run_job_and_poll(67891)" in text


AGAIN = """
import functools


def again(times=2):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for _ in range(times):
                try:
                    return function(*args, **kwargs)
                except ValueError:
                    print("again")
            return {last}

        return decorate_wrapper(wrapper)

    return decorate
""".replace("decorate_wrapper(wrapper)", "{answer}")
USED = """
from dagster import job, op
from dagster_dbt import dbt_cloud_resource
{top}


@{name}(times=3)
def go(client):
    return client.run_job_and_poll(67891).run_id


@op(required_resource_keys={{"dbt_cloud"}})
def work(context):
    return go(context.resources.dbt_cloud)


@job(resource_defs={{"dbt_cloud": dbt_cloud_resource("t", 12345)}})
def nightly():
    work()
"""


@pytest.mark.parametrize(
    ("top", "name"), [("from retrying import again", "again"), ("import retrying", "retrying.again")]
)
@pytest.mark.parametrize(
    ("last", "answer", "is_kept"),
    [
        ('"gave up"', "wrapper", False),
        ("None", "wrapper", False),
        ("remember(args)", "wrapper", True),
        ("None", "register(wrapper)", True),
    ],
)
def test_a_decorator_of_a_file_that_has_nothing_legacy(
    tmp_path: Path, top: str, name: str, last: str, answer: str, is_kept: bool
) -> None:
    files = {
        "main.py": USED.format(top=top, name=name),
        "retrying.py": AGAIN.format(last=last, answer=answer),
    }
    texts, report = migrate(tmp_path, files)
    assert bool(report.left_for_a_person) == is_kept
    assert ("run_job_and_poll" in texts["main.py"]) == is_kept
    assert texts["retrying.py"] == files["retrying.py"].lstrip("\n")
