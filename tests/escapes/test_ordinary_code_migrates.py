"""What must not be kept: a tool that keeps whatever it sees would be sound, and of no use."""

from __future__ import annotations

from pathlib import Path

import pytest
from commented import commented, exploded, lost_comments
from ordinary_programs import PROGRAMS
from rewriting import migrate
from rows import check_whole

ENV = {"DBT_CLOUD_API_TOKEN": "t", "DBT_CLOUD_ACCOUNT_ID": "12345", "DBT_CLOUD_JOB_ID": "67890"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_ordinary_code_becomes_v2(name: str, tmp_path: Path) -> None:
    texts, report = migrate(tmp_path, PROGRAMS[name], env=ENV)
    after = "\n".join(texts.values())
    assert not report.left_for_a_person, [finding.message for finding in report.left_for_a_person]
    assert "legacy_shim" not in after
    assert "DbtCloudWorkspace(" in after
    for path, text in texts.items():
        check_whole(path, text)


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_comment_is_lost(name: str, tmp_path: Path) -> None:
    files = {path: commented(exploded(text)) for path, text in PROGRAMS[name].items()}
    texts, report = migrate(tmp_path, files, env=ENV)
    assert not report.left_for_a_person
    assert not lost_comments(files, texts)
