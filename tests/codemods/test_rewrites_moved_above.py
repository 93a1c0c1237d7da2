"""A load whose failure a ``try`` would catch goes above that, where it is the first that the ``try`` does; else it stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate, migrate_one

PROGRAM = """
import contextlib
import logging
import os

from dagster import Definitions
from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job

log = logging.getLogger(__name__)
cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})
"""
LOAD = "load_assets_from_dbt_cloud_job(cloud, 67890)"
END = "defs = Definitions(assets=models)\n"
HANDLER = "except Exception:\n    models = []\n"
JOB_READ = 'load_assets_from_dbt_cloud_job(cloud, int(os.environ["JOB"]))'
WITH_GROUP = "load_assets_from_dbt_cloud_job(cloud, 67890, node_info_to_group_fn=%s)"
MOVED = {
    "alone": f"try:\n    models = [{LOAD}]\n{HANDLER}",
    "behind a log entry": f'try:\n    log.info("loading")\n    models = [{LOAD}]\n{HANDLER}',
    "before other statements": f"try:\n    models = [{LOAD}]\n    log.info(len(models))\n{HANDLER}",
    "any exception": f"try:\n    models = [{LOAD}]\nexcept:  # noqa: E722\n    models = []\n",
    "one of several handlers": f"try:\n    models = [{LOAD}]\nexcept KeyError:\n    raise\n{HANDLER}",
    "in a condition": f"models = []\nif os.getenv('DBT'):\n    try:\n        models = [{LOAD}]\n    except Exception as error:\n        log.error(error)\n",
    "two of them": f"try:\n    try:\n        models = [{LOAD}]\n    except RuntimeError:\n        models = []\n{HANDLER}",
    "suppressed": f"models = []\nwith contextlib.suppress(Exception):\n    models = [{LOAD}]\n",
    "appended": f"models = []\ntry:\n    models.append({LOAD})\nexcept Exception:\n    pass\n",
    "in a function": f"def build():\n    try:\n        return [{LOAD}]\n    except Exception:\n        return []\n\n\nmodels = build()\n",
}
STAYS = {
    "behind what may fail": f'try:\n    log.info(os.environ["X"])\n    models = [{LOAD}]\n{HANDLER}',
    "behind what it reads": f'try:\n    group = os.environ["X"]\n    models = [load_assets_from_dbt_cloud_job(cloud, 67890, node_info_to_group_fn=lambda node: group)]\n{HANDLER}',
    "under a condition": f"models = []\ntry:\n    if os.environ['X']:\n        models = [{LOAD}]\nexcept Exception:\n    pass\n",
    "in a manager that is not known": f"from acme import timed\n\nmodels = []\ntry:\n    with timed():\n        models = [{LOAD}]\nexcept Exception:\n    pass\n",
    "its job may fail": f"try:\n    models = [{JOB_READ}]\n{HANDLER}",
    "what it groups by may fail": f"try:\n    models = [{WITH_GROUP % 'GROUPS[0]'}]\n{HANDLER}",
    "it calls a function": f"def group():\n    raise ValueError\n\n\ntry:\n    models = [{WITH_GROUP % 'group()'}]\n{HANDLER}",
    "by what calls it": f"def build():\n    return [{LOAD}]\n\n\ntry:\n    models = build()\n{HANDLER}",
    "several jobs": "models = []\ntry:\n    for job in (67890, 67891):\n        models.append(load_assets_from_dbt_cloud_job(cloud, job))\nexcept Exception:\n    pass\n",
}


@pytest.mark.parametrize("program", MOVED.values(), ids=MOVED)
def test_a_load_goes_above_what_catches_its_failure(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, PROGRAM + program + END)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert text.index("@dbt_cloud_assets(") < min(
        text.find(word) % 10_000 for word in ("try:", "with context")
    )
    assert program.replace(LOAD, "dbt_cloud_job_67890").splitlines()[-1] in text
    assert "dbt_cloud_job_67890]" in text or "append(dbt_cloud_job_67890)" in text


@pytest.mark.parametrize("program", STAYS.values(), ids=STAYS)
def test_a_load_that_something_may_fail_before_stays(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, PROGRAM + program + END)
    assert "LDC302" in codes
    assert clean(program) in text


def test_a_load_whose_file_is_imported_in_a_try_stays(tmp_path: Path) -> None:
    files = {
        "assets.py": PROGRAM + f"models = [{LOAD}]\n",
        "definitions.py": "from dagster import Definitions\n\ntry:\n    from assets import models\nexcept Exception:\n    models = []\n\ndefs = Definitions(assets=models)\n",
    }
    _, report = migrate(tmp_path, files)
    assert "LDC302" in [finding.code for finding in report.findings]
