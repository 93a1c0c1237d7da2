"""Legacy names that a file has from another of the tree, by an import in a function, a ``try`` or for type checkers alone.

The other file imports them no more: whoever imports them from there must not, either, or they stay.
"""

from __future__ import annotations

import ast
from pathlib import Path

from rewriting import migrate

COMPAT = "from dagster_dbt import DbtCloudClientResource, DbtCloudOutput\n"
MAIN = """
from dagster import op

from .compat import DbtCloudClientResource
from .lib import row


@op
def go(dbt: DbtCloudClientResource):
    out = dbt.get_dbt_client().run_job_and_poll(67891)
    return row(out)
"""
RESOURCE = """
from dagster import Definitions
from dagster_dbt import DbtCloudClientResource

defs = Definitions(resources={"dbt": DbtCloudClientResource(auth_token="t", account_id=12345)})
"""
CHECKED = "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from .compat import DbtCloudOutput\n"
ROW = "\n\ndef row(out: {type}):\n    return out.run_id\n"
MIGRATED = {
    "for_type_checkers": CHECKED + ROW.format(type="DbtCloudOutput"),
    "beside_others": CHECKED + "    from pathlib import Path\n" + ROW.format(type='"DbtCloudOutput"'),
    "under_another_name": CHECKED.replace("Output", "Output as Out") + ROW.format(type="Out | None"),
    "with_an_else": CHECKED + "else:\n    DbtCloudOutput = object\n" + ROW.format(type="DbtCloudOutput"),
    "in_a_try": "try:\n    from .compat import DbtCloudOutput\nexcept ImportError:\n    DbtCloudOutput = None\n"
    + ROW.format(type="DbtCloudOutput"),
    "in_a_function": "def make():\n    from .compat import DbtCloudOutput\n\n    def row(out: DbtCloudOutput):\n"
    "        return out.run_id\n\n    return row\n\n\nrow = make()\n",
    "read_nowhere": "def row(out):\n    from .compat import DbtCloudOutput\n\n    return out.run_id\n",
}
KEPT = {
    "spoken_of_in_quotes": CHECKED + ROW.format(type='"DbtCloudOutput | None"'),
    "an_alias_of_types": CHECKED + "    Rows = list[DbtCloudOutput]\n" + ROW.format(type="DbtCloudOutput"),
    "asked_for_at_run_time": "def row(out):\n    from .compat import DbtCloudOutput\n\n    return isinstance(out, DbtCloudOutput)\n",
}


def _programs(rows: dict[str, str]) -> dict[str, str]:
    files = {"definitions.py": RESOURCE}
    for name, text in rows.items():
        package = {"__init__.py": "", "compat.py": COMPAT, "main.py": MAIN, "lib.py": text}
        files |= {f"{name}/{path}": each for path, each in package.items()}
    return files


def _imported_from_compat(text: str) -> set[str]:
    statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
    return {alias.name for node in statements if node.module == "compat" for alias in node.names}


def test_what_is_gone_is_imported_nowhere(tmp_path: Path) -> None:
    texts, report = migrate(tmp_path, _programs(MIGRATED))
    assert not [one for one in report.findings if one.is_left_for_a_person]
    for name in MIGRATED:
        assert not texts[f"{name}/compat.py"].strip(), name
        assert not _imported_from_compat(texts[f"{name}/lib.py"] + texts[f"{name}/main.py"]), name


def test_what_is_still_spoken_of_stays_and_is_reported(tmp_path: Path) -> None:
    texts, report = migrate(tmp_path, _programs(KEPT))
    for name in KEPT:
        compat, lib = texts[f"{name}/compat.py"], texts[f"{name}/lib.py"]
        assert _imported_from_compat(lib) == {"DbtCloudOutput"}, name
        assert "DbtCloudOutput" in compat, name
        told = {one.code for one in report.findings if one.place.path.parent.name == name}
        assert told & {"LDC302", "LDC303", "LDC308"}, name
