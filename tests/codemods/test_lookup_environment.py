"""Around a look-up: files of KEY=VALUE lines, and where the facts go."""

from __future__ import annotations

from pathlib import Path

import pytest

from legacy_shim.codemods.errors import UsageError
from legacy_shim.codemods.facts.variables import read_env_file
from legacy_shim.codemods.lookup import default_target


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=1", "1"),
        ("A = 1 ", "1"),
        ("export A=1", "1"),
        ("  A=1 # the nightly job", "1"),
        ("A='1 # no comment'", "1 # no comment"),
        ('A="1 # no comment" # comment', "1 # no comment"),
        ('A="two\\nlines and \\"quotes\\""', 'two\nlines and "quotes"'),
        (r"A='C:\new'", r"C:\new"),
        ("A=", ""),
        ("A= # nothing", ""),
        ("A=two words", "two words"),
        ("A=a#b", "a#b"),
        ("A=$HOME", "$HOME"),
        ("A=x=y", "x=y"),
        ("A='two\nlines'", "two\nlines"),
        ("A=${NOWHERE:-5}", "5"),
    ],
)
def test_a_line(tmp_path: Path, line: str, value: str) -> None:
    path = tmp_path / ".env"
    path.write_text(f"# comment\n\n{line}\r\n")
    assert read_env_file(path) == {"A": value}


@pytest.mark.parametrize("line", ["A", "1A=2", "A='open", 'A="open', "A='a' b", "=1"])
def test_a_line_that_is_none_is_refused_without_showing_it(tmp_path: Path, line: str) -> None:
    path = tmp_path / ".env"
    path.write_text(f"OK=1\n{line}\n")
    with pytest.raises(UsageError) as caught:
        read_env_file(path)
    assert str(caught.value) == f"{path}:2: expected NAME=VALUE"


def test_a_value_that_names_another_takes_it_from_the_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEGACY_SHIM_SECRET", "of-this-process")
    path = tmp_path / ".env"
    path.write_text("A=1\nB=${A}2\n")
    assert read_env_file(path) == {"A": "1", "B": "12"}
    path.write_text("A=1\nB=${LEGACY_SHIM_SECRET}\n")
    with pytest.raises(UsageError) as caught:
        read_env_file(path)
    assert str(caught.value).startswith(
        f"{path}:2: ${{LEGACY_SHIM_SECRET}} is not set further up in this file"
    )
    assert "of-this-process" not in str(caught.value)


@pytest.mark.parametrize(
    "line", ["A=1", "A='x y' # c", 'A="\\t"', "export A=b", "A=a b #c", "A= # c", "A=x#y"]
)
def test_a_file_is_read_as_dagster_reads_it(tmp_path: Path, line: str) -> None:
    from dagster._core.secrets.env_file import get_env_var_dict

    (tmp_path / ".env").write_text(f"{line}\nB=${{A}}-\n")
    assert read_env_file(tmp_path / ".env") == get_env_var_dict(str(tmp_path))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_env_file(tmp_path / "gone")
    (tmp_path / "latin").write_bytes(b"A=\xe9")
    with pytest.raises(UsageError, match="not UTF-8"):
        read_env_file(tmp_path / "latin")
    with pytest.raises(UsageError, match="cannot be read"):
        read_env_file(tmp_path)


def test_where_a_new_file_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work" / "src").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.py").touch()
    monkeypatch.chdir(tmp_path / "work")
    assert default_target([Path("src"), Path()]) == Path("dbt_cloud_jobs.json")
    assert default_target([tmp_path / "other"]) == tmp_path / "other" / "dbt_cloud_jobs.json"
    assert default_target([tmp_path / "other" / "a.py"]) == tmp_path / "other" / "dbt_cloud_jobs.json"
