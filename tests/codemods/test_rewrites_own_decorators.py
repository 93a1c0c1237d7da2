"""Helpers under decorators of the users' own, which hand on all that they get or answer a constant in its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate_one

HEAD = """
import functools

from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource

ERRORS = []


"""
BODY = """
    def wrap(fn):
        @functools.wraps(fn)
        def inner(*args, **kw):
            try:
                return fn(*args, **kw)
            except Exception as error:
                ERRORS.append(type(error).__name__)
            return {answer}

        return inner

    return wrap


"""
USE = """
def names(cloud: DbtCloudClientResource, job_id: int):
    return cloud.get_dbt_client().get_job(job_id)["name"]


@op
def go(dbt_cloud: DbtCloudClientResource):
    return names(dbt_cloud, 67890)


@job
def refresh():
    go()


cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
defs = Definitions(jobs=[refresh], resources={"dbt_cloud": cloud})
"""
FOLLOWED = {
    "a default": ("def guarded(default=None):", "default", "@guarded(default=[])"),
    "a default that is left out": ("def guarded(default=None):", "default", "@guarded()"),
    "a default by its place": ("def guarded(default):", "default", '@guarded({"name": ""})'),
    "one of several": (
        "def guarded(kinds=(ValueError,), *, default=()):",
        "default",
        '@guarded(default=("a", "b"))',
    ),
}
KEPT = {
    "what is not known": ("def guarded(default=None):", "default", "@guarded(default=ERRORS)"),
    "what is not written there": ("def guarded(default=None):", "default", "@guarded(**{'default': 1})"),
    "a function": ("def guarded(default=None):", "default()", "@guarded(default=list)"),
    "what it gets": ("def guarded(default=None):", "args[0]", "@guarded()"),
    "what it caught": ("def guarded(default=None):", "ERRORS[-1]", "@guarded()"),
    "the function": ("def guarded(default=None):", "fn", "@guarded()"),
}


@pytest.mark.parametrize(("factory", "answer", "decorated"), FOLLOWED.values(), ids=FOLLOWED)
def test_a_decorator_may_answer_what_it_is_given(
    tmp_path: Path, factory: str, answer: str, decorated: str
) -> None:
    program = HEAD + factory + BODY.format(answer=answer) + decorated + USE
    text, codes = migrate_one(tmp_path, program)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert f"{decorated}\ndef names(cloud: DbtCloudWorkspace, job_id: int):\n" in text


@pytest.mark.parametrize(("factory", "answer", "decorated"), KEPT.values(), ids=KEPT)
def test_a_decorator_that_may_answer_something_else_keeps_what_it_decorates(
    tmp_path: Path, factory: str, answer: str, decorated: str
) -> None:
    program = HEAD + factory + BODY.format(answer=answer) + decorated + USE
    text, codes = migrate_one(tmp_path, program)
    assert "LDC303" in codes
    assert "from legacy_shim import DbtCloudClientResource\n" in text


WIRED = """
from dagster import Config, ConfigurableResource, Definitions, job, op
from dagster_dbt import DbtCloudClientResource
from dagster_slack import SlackResource as Slack

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)


class Target(Config):
    job_id: int = 67890


class Base(ConfigurableResource):
    channel: str = "x"


class Own(Base):
    def say(self, what):
        print(self.channel, what)


@op
def run(config: Target, dbt_cloud: DbtCloudClientResource):
    return dbt_cloud.get_dbt_client().run_job_and_poll(67890)


@op
def note({parameters}):
    dbt_cloud.get_dbt_client().get_job(67890)
    return {read}


@job
def refresh():
    note({given})


defs = Definitions(jobs=[refresh], resources={{"dbt_cloud": cloud}})
"""


@pytest.mark.parametrize(
    ("parameters", "given", "read", "after"),
    [
        ("dbt_cloud: DbtCloudClientResource, out", "run()", "out.run_id", 'out["id"]'),
        ("context, dbt_cloud: DbtCloudClientResource, out", "run()", "out.run_id", 'out["id"]'),
        (
            "context, config: Target, dbt_cloud: DbtCloudClientResource, out",
            "run()",
            "out.run_id",
            'out["id"]',
        ),
        (
            "out, dbt_cloud: DbtCloudClientResource, last",
            "run(), run()",
            "last.job_id",
            'last["job_definition_id"]',
        ),
        ("dbt_cloud: DbtCloudClientResource, out", "out=run()", "out.run_id", 'out["id"]'),
        (
            "dbt_cloud: DbtCloudClientResource, slack: Slack, out",
            "run()",
            "slack.say(out.run_id)",
            'slack.say(out["id"])',
        ),
        (
            "own: Own, out, dbt_cloud: DbtCloudClientResource",
            "run()",
            "own.say(out.job_id)",
            'own.say(out["job_definition_id"])',
        ),
    ],
)
def test_what_a_job_gives_an_op_goes_past_what_dagster_fills(
    tmp_path: Path, parameters: str, given: str, read: str, after: str
) -> None:
    text, codes = migrate_one(tmp_path, WIRED.format(parameters=parameters, given=given, read=read))
    assert not [code for code in codes if code.startswith("LDC3")]
    assert f"    return {after}\n" in text


def test_a_parameter_of_a_class_that_is_no_resource_takes_what_it_is_given(tmp_path: Path) -> None:
    program = WIRED.format(
        parameters="out: Report, dbt_cloud: DbtCloudClientResource", given="run()", read="out.run_id"
    )
    program = program.replace("class Target(", "class Report:\n    pass\n\n\nclass Target(")
    text, codes = migrate_one(tmp_path, program)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert "    return out.run_id\n" in text  # Dagster checks it against the class: runs are objects


NAMED = """
def told(fn):
    @functools.wraps(fn)
    def inner({taken}):
        {reads}
        return fn({given})

    return inner


@told"""
NAMED_FOLLOWED = {
    "some": ("cloud, *args, **kw", "pass", "cloud, *args, **kw"),
    "all": ("cloud, job_id", "pass", "cloud, job_id"),
    "by position alone": ("cloud, /, *args, **kw", "pass", "cloud, *args, **kw"),
    "one that is read": ("cloud, job_id, **kw", "ERRORS.append(job_id)", "cloud, job_id, **kw"),
    "one that is told": ("cloud, job_id", 'print(f"job {job_id}")', "cloud, job_id"),
    "the client is noted": ("cloud, job_id", "ERRORS.append(cloud)", "cloud, job_id"),
    "a method of the client is read": ("cloud, job_id", "cloud.get_dbt_client()", "cloud, job_id"),
    "with a default": ("cloud, job_id=67891", "pass", "cloud, job_id"),
    "one left out": ("cloud, job_id, **kw", "pass", "cloud, **kw"),
}
NAMED_KEPT = {
    "the client is handed on": ("cloud, job_id", "__import__('theirs').note(cloud)", "cloud, job_id"),
    "in another order": ("cloud, job_id", "pass", "job_id, cloud"),
    "by a keyword alone": ("cloud, *, job_id=67891", "pass", "cloud, job_id"),
    "one bound anew": ("cloud, job_id", "cloud = ERRORS", "cloud, job_id"),
    "one of them all": ("*args, **kw", "ERRORS.append(args[0])", "*args, **kw"),
}


@pytest.mark.parametrize(("taken", "reads", "given"), NAMED_FOLLOWED.values(), ids=NAMED_FOLLOWED)
def test_a_decorator_may_name_what_it_hands_on(tmp_path: Path, taken: str, reads: str, given: str) -> None:
    text, codes = migrate_one(
        tmp_path, HEAD + NAMED.format(taken=taken, reads=reads, given=given).lstrip("\n") + USE
    )
    assert not [code for code in codes if code.startswith("LDC3")]
    assert "@told\ndef names(cloud: DbtCloudWorkspace, job_id: int):\n" in text


@pytest.mark.parametrize(("taken", "reads", "given"), NAMED_KEPT.values(), ids=NAMED_KEPT)
def test_a_decorator_that_reads_or_changes_what_it_hands_on_keeps_it(
    tmp_path: Path, taken: str, reads: str, given: str
) -> None:
    text, codes = migrate_one(
        tmp_path, HEAD + NAMED.format(taken=taken, reads=reads, given=given).lstrip("\n") + USE
    )
    assert "LDC303" in codes
    assert "cloud_v2" not in text


LOGGING = """
from dagster import Definitions, job, op
from dagster_dbt import DbtCloudClientResource


def told(stage):
    def wrap(fn):
        def inner(context, *args, **kw):
            {reads}
            done = fn(context, *args, **kw)
            context.log.info(stage)
            return done

        return inner

    return wrap


@told("names")
def names(context, client):
    return client.get_job(67890)["name"]


@op
def go(context, dbt_cloud: DbtCloudClientResource):
    return names(context, dbt_cloud.get_dbt_client())


@job
def refresh():
    go()


defs = Definitions(jobs=[refresh], resources={{"dbt_cloud": DbtCloudClientResource(auth_token="t", account_id=12345)}})
"""


@pytest.mark.parametrize("reads", ["context.log.info(stage)", "print(context.log)"])
def test_a_decorator_may_write_down_what_it_does(tmp_path: Path, reads: str) -> None:
    text, codes = migrate_one(tmp_path, LOGGING.format(reads=reads))
    assert "client.get_job_details(67890)" in text
    assert "LDC303" not in codes


@pytest.mark.parametrize(
    "reads", ["theirs(context)", "context.resources.dbt_cloud.note()", "context.log = theirs"]
)
def test_a_decorator_that_does_more_with_a_context_keeps_what_it_decorates(
    tmp_path: Path, reads: str
) -> None:
    text, codes = migrate_one(tmp_path, LOGGING.format(reads=reads))
    assert "DbtCloudWorkspace" not in text
    assert "LDC303" in codes
