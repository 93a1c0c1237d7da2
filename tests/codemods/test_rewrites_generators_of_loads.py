"""Generators that yield loaded assets: what they are given to gets the assets of v2."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """
import os
from dagster import Definitions, asset
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)


@asset
def other():
    return 1


"""
EACH = "def build():\n    for job in (67890, 67891):\n        yield load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=job)\n\n\n"
MIGRATE = {
    "a list": EACH + "defs = Definitions(assets=list(build()))\n",
    "a star": EACH + "defs = Definitions(assets=[*build(), other])\n",
    "itself": EACH + "defs = Definitions(assets=build())\n",
    "a loop": EACH + "found = [other]\nfor one in build():\n    found.append(one)\ndefs = Definitions(assets=found)\n",
    "a comprehension": EACH + "defs = Definitions(assets=[one for one in build()])\n",
    "a method": "class Factory:\n"
    + "".join(f"    {line}\n" for line in EACH.replace("build()", "build(self)").strip().split("\n"))
    + "\n\ndefs = Definitions(assets=list(Factory().build()))\n",
    "two of them and another": EACH.replace("    for", "    yield other\n    for") + "defs = Definitions(assets=list(build()))\n",
    "under a name": EACH.replace("yield load", "one = load").rstrip() + "\n        yield one\n\n\ndefs = Definitions(assets=list(build()))\n",
}  # fmt: skip
KEPT = {
    "the first alone": EACH + "made = build()\nfirst = next(made)\ndefs = Definitions(assets=[first, *made])\n",
    "a part of them": EACH + "import itertools\ndefs = Definitions(assets=list(itertools.islice(build(), 1)))\n",
    "another generator hands it on": EACH + "def more():\n    yield from build()\n\n\ndefs = Definitions(assets=list(more()))\n",
    "it takes what is sent": EACH.replace("yield load", "got = yield load") + "defs = Definitions(assets=list(build()))\n",
    "it answers something": EACH.rstrip() + "\n    return 1\n\n\ndefs = Definitions(assets=list(build()))\n",
    "decorated": "@theirs\n" + EACH + "defs = Definitions(assets=list(build()))\n",
    "given away": EACH + "defs = Definitions(assets=theirs(build))\n",
    "sorted by others": EACH + "defs = Definitions(assets=sorted(build(), key=theirs))\n",
    "by a loop over an object": "class Factory:\n"
    + "".join(f"    {line}\n" for line in EACH.replace("build()", "__iter__(self)").strip().split("\n"))
    + "\n\ndefs = Definitions(assets=list(Factory()))\n",
}  # fmt: skip


@pytest.mark.parametrize("name", MIGRATE)
def test_what_is_yielded_is_followed(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": HEAD + MIGRATE[name]})
    assert not [one.message for one in report.findings if one.code.startswith("LDC30")]
    assert (
        "= dbt_cloud_job(cloud, job)" in texts["program.py"]
        or "yield dbt_cloud_job(cloud, job)" in texts["program.py"]
    )
    assert "legacy_shim" not in texts["program.py"]


@pytest.mark.parametrize("name", KEPT)
def test_what_others_do_with_a_generator_keeps_it(tmp_path: Path, name: str) -> None:
    texts, report = migrate(tmp_path, {"program.py": HEAD + KEPT[name]})
    assert "dbt_cloud_assets" not in texts["program.py"]
    assert [one for one in report.findings if one.code == "LDC303"]
