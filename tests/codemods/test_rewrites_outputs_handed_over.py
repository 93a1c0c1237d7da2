"""What runs answer stays an object where an IO manager or a type of the code may look into it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate, migrate_one

HEAD = """
import functools
from typing import Any, Optional, Protocol, runtime_checkable
import dagster as dg
from dagster import AssetIn, AssetOut, DagsterType, Definitions, FilesystemIOManager, In, IOManager, Out, Output
from dagster import PythonObjectDagsterType, UPathIOManager, asset, io_manager, job, mem_io_manager, multi_asset, op
from dagster_aws.s3 import S3PickleIOManager
from dagster_dbt import DbtCloudClientResource, DbtCloudOutput, dbt_cloud_run_op

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
Ok = DagsterType(name="Ok", type_check_fn=lambda _, it: it.run_id > 0)
"""
LOG = """
class Log(IOManager):
    def handle_output(self, context, obj):
        print(obj.run_id)

    def load_input(self, context):
        return None

@io_manager
def log(_):
    return Log()
"""
RUN = """
@op(required_resource_keys={"cloud"}%s)
def run_it(context)%s:
    return context.resources.cloud.run_job_and_poll(67890)
"""
JOB = """
@job(resource_defs={"cloud": cloud%s})
def nightly():
    run_it()
"""
ASSET = """
@%s
def it(context):
    return context.resources.cloud.run_job_and_poll(67890)

defs = Definitions(assets=[it], resources={"cloud": cloud%s})
"""
NEEDS = 'required_resource_keys={"cloud"}'
RUN_OP = """
weekly = dbt_cloud_run_op.configured({"job_id": 67891}, name="weekly")

@job(resource_defs={"dbt_cloud": cloud%s})
def nightly():
    %s
"""


def _typed(given: str, returned: str = "", more: str = "") -> str:
    return more + RUN % (given, returned) + JOB % ""


def _stored(bound: str, given: str = "", more: str = "") -> str:
    return more + RUN % (given, "") + JOB % bound


_PROTOCOL = "\n@runtime_checkable\nclass Finished(Protocol):\n    run_id: int\n"
_FILES = """
class Files(UPathIOManager):
    extension = ".txt"

    def dump_to_path(self, context, obj, path):
        path.write_text(str(obj.run_id))
"""
_DOWN = "\n@asset(%s)\ndef down(it%s):\n    print(it)\n"

OBJECTS = {
    "out": _typed(", out=Out(Ok)"),
    "out by its keyword": _typed(", out=Out(dagster_type=Ok)"),
    "out in a dict": _typed(', out={"result": Out(Ok)}'),
    "out by a name": _typed(", out=OUT", more="\nOUT = Out(Ok)\n"),
    "legacy's class in a type": _typed(
        ", out=Out(Own)", more="\nOwn = PythonObjectDagsterType(DbtCloudOutput)\n"
    ),
    "protocol": _typed("", " -> Finished", _PROTOCOL),
    "protocol in quotes": _typed("", ' -> "Finished"', _PROTOCOL),
    "protocol in an output": _typed("", " -> Output[Finished]", _PROTOCOL),
    "asset's type": ASSET % (f"asset(dagster_type=Ok, {NEEDS})", ""),
    "one of several assets": ASSET % (f'multi_asset(outs={{"it": AssetOut(dagster_type=Ok)}}, {NEEDS})', ""),
    "input": RUN % ("", "")
    + '\n@op(ins={"run": In(Ok)})\ndef show(run):\n    print(run)\n'
    + (JOB % "").replace("run_it()", "show(run_it())"),
    "asset downstream": ASSET % (f"asset({NEEDS})", "")
    + _DOWN % ('ins={"it": AssetIn(dagster_type=Ok)}', ""),
    "annotation downstream": ASSET % (f"asset({NEEDS})", "")
    + _PROTOCOL
    + _DOWN % ('group_name="a"', ": Finished"),
    "IO manager": _stored(', "io_manager": log', more=LOG),
    "IO manager with settings": _stored(', "io_manager": log.configured({})', more=LOG),
    "IO manager by a key": _stored(', "log": Log()', ', out=Out(io_manager_key="log")', LOG),
    "IO manager by a key of an asset": LOG
    + ASSET % (f'asset(io_manager_key="log", {NEEDS})', ', "log": log'),
    "IO manager by a key of several": LOG
    + ASSET % (f'multi_asset(outs={{"it": AssetOut(io_manager_key="log")}}, {NEEDS})', ', "log": log'),
    "IO manager of an asset": LOG + ASSET % (f"asset(io_manager_def=log, {NEEDS})", ""),
    "IO manager that is hard coded": _stored(
        ', "io_manager": dg.IOManagerDefinition.hardcoded_io_manager(Log())', more=LOG
    ),
    "IO manager of a path": _stored(', "io_manager": Files()', more=_FILES),
    "IO manager under a key that is put together": _stored(
        ", KEY: log", more=LOG + '\nKEY = "_".join(["io", "manager"])\n'
    ),
    "IO manager under two keys": _stored(
        ', **{key: log for key in ("io_manager", "more")}', more=LOG + '\nLOGS = {"log": log}\n'
    ),
    "resources of others": _stored(", **THEIRS", more="\nfrom acme.resources import THEIRS\n").replace(
        '{"cloud": cloud, **THEIRS}', '{**THEIRS, "cloud": cloud}'
    ),
    "IO manager of others": _stored(', "io_manager": Theirs()', more="\nfrom acme.io import Theirs\n"),
    "IO manager in one environment": _stored(
        ', "io_manager": log() if DEV else mem_io_manager', more=LOG + "\nDEV = True\n"
    ),
    "key that is bound elsewhere": _stored("", ', out=Out(io_manager_key="theirs")'),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_what_goes_to_code_that_dagster_calls_is_an_object(tmp_path: Path, name: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + OBJECTS[name])
    assert text.count("class DbtCloudOutput:") == 1
    assert "return DbtCloudOutput(run, result)" in text and "cloud_v2" in text
    assert "LDC213" in codes and not {"LDC302", "LDC303", "LDC304"} & set(codes)


_OTHER = '\n@op(out=Out(io_manager_key="log"))\ndef other():\n    return None\n'
_NAMED = "\nSTORE = FilesystemIOManager()\nCHOSEN = STORE if True else mem_io_manager\n"
MAPPINGS = {
    "default": _typed(""),
    "any": _typed(", out=Out(Any)", " -> Any"),
    "legacy's own": _typed(", out=Out(DbtCloudOutput)"),
    "legacy's own, or none": _typed("", " -> Optional[DbtCloudOutput]"),
    "file system": _stored(', "io_manager": FilesystemIOManager(base_dir="/tmp")'),
    "memory": _stored(', "io_manager": mem_io_manager'),
    "pickles elsewhere": _stored(', "io_manager": S3PickleIOManager(s3_bucket="b", s3_resource=None)'),
    "a name": _stored(', "io_manager": CHOSEN', more=_NAMED),
    "another key": _stored(', "log": log', more=LOG + _OTHER),
    "a key of Dagster's": _stored(', "store": mem_io_manager', ', out=Out(io_manager_key="store")'),
    "own resources that are spread": _stored(", **OWN", more='\nOWN = {"other": 1}\n'),
    "configuration": _stored(
        "", more='\nCONFIG = {"resources": {"io_manager": {"config": {"base_dir": "x"}}}}\n'
    ),
}


@pytest.mark.parametrize("name", MAPPINGS)
def test_what_nothing_of_the_code_gets_is_a_mapping(tmp_path: Path, name: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + MAPPINGS[name])
    assert "class DbtCloudOutput:" not in text and "    return run\n" in text and "cloud_v2" in text
    assert not {"LDC302", "LDC303", "LDC304"} & set(codes)


def test_an_io_manager_of_another_file_counts(tmp_path: Path) -> None:
    files = {
        "work/__init__.py": "",
        "work/storing.py": "from dagster import IOManager, io_manager\n" + LOG,
        "work/program.py": "from .storing import log\n" + HEAD + _stored(', "io_manager": log'),
    }
    texts, _ = migrate(tmp_path, files)
    assert "class DbtCloudOutput:" in texts["work/program.py"]


@pytest.mark.parametrize(
    ("more", "bound", "called", "said"),
    [
        (LOG, ', "io_manager": log', "weekly()", "`weekly` is passed to the IO manager `log`"),
        (
            LOG,
            ', "io_manager": log',
            "dbt_cloud_run_op()",
            "`dbt_cloud_run_op` is passed to the IO manager `log`",
        ),
        (
            '\n@op(ins={"run": In(Ok)})\ndef show(run):\n    print(1)\n',
            "",
            "show(weekly())",
            "`Ok` is checked by Dagster against the type `Ok`",
        ),
    ],
)
def test_the_output_of_a_run_op_is_an_object_or_keeps_it(
    tmp_path: Path, more: str, bound: str, called: str, said: str
) -> None:
    before = HEAD + more + RUN_OP % (bound, called)
    texts, report = migrate(tmp_path / "object", {"program.py": before})
    assert "class DbtCloudOutput:" in texts["program.py"] and not report.left_for_a_person
    before += "\n\ndef shown(it):\n    return it.run_status\n"
    texts, report = migrate(tmp_path, {"program.py": before})
    assert "cloud_v2" not in texts["program.py"] and "dbt_cloud_run_op.configured(" in texts["program.py"]
    assert any(one.code == "LDC303" and said in one.message for one in report.findings)


@pytest.mark.parametrize(
    ("more", "bound"), [("", ""), (LOG, ', "log": log'), ("", ', "io_manager": mem_io_manager')]
)
def test_a_run_op_migrates_that_no_io_manager_of_the_code_serves(
    tmp_path: Path, more: str, bound: str
) -> None:
    text, codes = migrate_one(tmp_path, HEAD + more + RUN_OP % (bound, "weekly()"))
    assert "cloud_v2" in text and "dbt_cloud_run_op.configured" not in text
    assert "LDC303" not in codes
