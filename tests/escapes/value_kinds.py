"""The kinds of values that a migration may lose, each in a program that migrates but for the way."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from way import Way
from ways_calls import ARGUMENTS, CALLABLES
from ways_containers import ADDED, DISPLAYS, TAKEN
from ways_objects import ATTRIBUTES, CLASSES, HARMLESS, SCOPES

ALL = (*ARGUMENTS, *CALLABLES, *DISPLAYS, *ADDED, *TAKEN, *ATTRIBUTES, *CLASSES, *SCOPES, *HARMLESS)

HEAD = """from dagster import Definitions, job, op
from dagster_dbt import {names}
from housekeeping import Base, prune, registry, watched
{top}
"""
RESOURCE = """cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
"""
OP = """

@op(required_resource_keys={{"dbt_cloud"}})
def work(context{parameters}):
{setup}{body}


@job
def nightly():
    work()


defs = Definitions(jobs=[nightly], resources={{"dbt_cloud": cloud}})
"""
LOAD = """models = load_assets_from_dbt_cloud_job(cloud, 67890)
"""


@dataclass(frozen=True)
class Kind:
    """``value`` is how the value is written where the way begins; ``use`` how legacy code reads it.

    Migrated code that still has ``left`` in it reads what v2 does not have. ``ways`` are the tables of ways to try.
    """

    name: str
    value: str
    use: str
    left: re.Pattern[str]
    program: Callable[[Way], str]
    ways: tuple[Way, ...] = ALL

    def text(self, way: Way) -> str:
        return self.program(self.filled(way))

    def filled(self, way: Way) -> Way:
        return way.filled(self.value, self.use)


def _in_op(setup: str, parameters: str = "", names: str = "DbtCloudClientResource") -> Callable[[Way], str]:
    def program(way: Way) -> str:
        body = textwrap.indent(way.body, "    ")
        text = OP.format(parameters=parameters, setup=textwrap.indent(setup, "    "), body=body)
        if parameters:
            text = text.replace('(required_resource_keys={"dbt_cloud"})', "")
        return HEAD.format(names=names, top=way.top) + RESOURCE + text

    return program


def _at_module_level(rest: str) -> Callable[[Way], str]:
    def program(way: Way) -> str:
        names = "DbtCloudClientResource, load_assets_from_dbt_cloud_job"
        return HEAD.format(names=names, top=way.top) + RESOURCE + LOAD + "\n" + way.body + "\n\n" + rest

    return program


_CLIENT = "client = context.resources.dbt_cloud\n"
_RAN = _CLIENT + "ran = client.run_job_and_poll(67890)\n"
_DEFS = 'defs = Definitions(assets=[models], resources={"dbt_cloud": cloud})\n'

KINDS = (
    Kind(
        "resource",
        "cloud",
        "{}.account_id",
        re.compile(r"(?<!credentials)\.account_id"),
        _at_module_level(_DEFS),
    ),
    Kind(
        "resource in an op",
        "dbt_cloud",
        "{}.get_dbt_client().get_job(67890)",
        re.compile("get_dbt_client"),
        _in_op("", ", dbt_cloud: DbtCloudClientResource"),
    ),
    Kind("client", "client", "{}.run_job_and_poll(67890)", re.compile("run_job_and_poll"), _in_op(_CLIENT)),
    Kind(
        "client of a resource",
        "dbt_cloud.get_dbt_client()",
        "{}.run_job_and_poll(67890)",
        re.compile("run_job_and_poll|get_dbt_client"),
        _in_op("", ", dbt_cloud: DbtCloudClientResource"),
    ),
    Kind(
        "method of a client",
        "client.run_job_and_poll",
        "{}(67890)",
        re.compile("run_job_and_poll"),
        _in_op(_CLIENT),
        (*ARGUMENTS, *CALLABLES, *HARMLESS),
    ),
    Kind("answer", "ran", "{}.run_id", re.compile(r"\.run_id"), _in_op(_RAN)),
    Kind(
        "answer at once",
        "client.run_job_and_poll(67890)",
        "{}.run_id",
        re.compile(r"\.run_id"),
        _in_op(_CLIENT),
    ),
    Kind(
        "status",
        "ran.run_status",
        "{}.value",
        re.compile(r"\.value"),
        _in_op(_RAN),
        (*ARGUMENTS, *TAKEN, *HARMLESS),
    ),
    Kind(
        "status member",
        "DbtCloudRunStatus.SUCCESS",
        "ran.run_status == {}",
        re.compile(r'ran\["status"\] == (?!DbtCloudJobRunStatusType)'),
        _in_op(_RAN, names="DbtCloudClientResource, DbtCloudRunStatus"),
    ),
    Kind(
        "loaded assets",
        "models",
        "{}.compute_cacheable_data()",
        re.compile("compute_cacheable_data"),
        _at_module_level(_DEFS),
    ),
)
