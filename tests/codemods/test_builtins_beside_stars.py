"""Whether ``int`` is Python's own beside a star import: where the star is known to bring no such name."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import FACTS, migrate

PROGRAM = """
from os import getenv
from dagster_dbt.cloud import *
{star}

cloud = dbt_cloud_resource("t", 12345)
models = load_assets_from_dbt_cloud_job(cloud, int(getenv("NO_SUCH_ID", "67890")))
"""
FILES = {
    "shop/__init__.py": "",
    "shop/names.py": "LIMIT = 5\n",
    "shop/listed.py": '__all__ = ["LIMIT"]\nLIMIT = 5\n\n\ndef int(text):\n    return 67891\n',
    "shop/own.py": "def int(text):\n    return 67891\n",
    "shop/further.py": "from .own import *\n",
}
JOBS = {
    "": 67890,
    "from os import *": 67890,
    "from typing import *": 67890,
    "from .names import *": 67890,
    "from .listed import *": 67890,
    "from .own import *": 67891,
    "from .further import *": 67891,
    "from .gone import *": None,
    "from pandas import *": None,
}


@pytest.mark.parametrize("star", JOBS)
def test_an_id_is_read_through_int_where_that_is_python_s_own(tmp_path: Path, star: str) -> None:
    program = {**FILES, "shop/defs.py": PROGRAM.format(star=star)}
    texts, report = migrate(tmp_path, program, facts=FACTS)
    text, job_id = texts["shop/defs.py"], JOBS[star]
    if job_id is not None:
        assert f'name="dbt_cloud_job_{job_id}"' in text
        assert "missing_fact" not in text
    else:
        assert not any(f"dbt_cloud_job_{known}" in text for known in (67890, 67891))
        assert {"LDC402", "LDC303"} & {finding.code for finding in report.findings}
