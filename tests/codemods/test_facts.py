"""The facts file: what is read from it, and how it is refused."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from legacy_shim.codemods.facts.jobs import (
    FactsError,
    discover_facts,
    dump,
    load_facts,
    normal_host,
    read_facts_file,
)

NIGHTLY: dict[str, Any] = {
    "name": "Nightly",
    "project_id": 11,
    "environment_id": 22,
    "execute_steps": ["dbt seed", "dbt build --select tag:daily"],
    "generate_docs": False,
    "settings": {"threads": 8, "target_name": "prod"},
    "triggers": {"schedule": True},
}


def _document(**changes: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "host": "https://cloud.getdbt.com",
        "account_id": 12345,
        "jobs": {"67890": NIGHTLY},
        **changes,
    }


def _write(path: Path, document: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dbt_cloud_jobs.json"


def test_a_job_as_the_design_shows_it(path: Path) -> None:
    facts = load_facts([_write(path, _document())])
    job = facts.job(67890)
    assert job is not None
    assert (job.id, job.account_id, job.host, job.name) == (
        67890,
        12345,
        "https://cloud.getdbt.com",
        "Nightly",
    )
    assert (job.project_id, job.environment_id) == (11, 22)
    assert job.execute_steps == ("dbt seed", "dbt build --select tag:daily")
    assert (job.generate_docs, job.schedule_is_on, job.settings["threads"]) == (False, True, 8)
    assert (job.name_is_unique, job.environment_name, job.dbt_version) == (None, None, None)
    assert facts.files == (path,)


def test_what_the_file_does_not_say_is_not_known(path: Path) -> None:
    bare = {key: NIGHTLY[key] for key in ("name", "project_id", "environment_id", "execute_steps")}
    job = load_facts([_write(path, _document(jobs={"1": {**bare, "triggers": None}}))]).job(1)
    assert job is not None
    assert (job.generate_docs, job.schedule_is_on, dict(job.settings), dict(job.deferring)) == (
        None,
        None,
        {},
        {},
    )


def test_unknown_keys_are_kept(path: Path) -> None:
    document = _document(note="ours", jobs={"67890": {**NIGHTLY, "owner": "data team", "id": 67890}})
    file = read_facts_file(_write(path, document))
    assert json.loads(dump(file.document)) == document
    assert file.jobs()[0].raw["owner"] == "data team"


def test_jobs_are_told_apart_by_account(tmp_path: Path) -> None:
    other = _document(account_id=777, jobs={"67890": {**NIGHTLY, "name": "Other"}, "1": NIGHTLY})
    facts = load_facts([_write(tmp_path / "a.json", _document()), _write(tmp_path / "b.json", other)])
    ours, theirs = facts.job(67890, 12345), facts.job(67890, account_id=777)
    assert ours is not None
    assert theirs is not None
    assert (ours.name, theirs.name) == ("Nightly", "Other")
    assert facts.job(67890) is None, "two accounts have it: which one is not known"
    assert facts.accounts_of(67890) == (12345, 777)
    assert facts.job(1) is not None
    assert facts.job(1, 12345) is None
    assert facts.job(2) is None


def test_the_same_file_twice_is_no_conflict(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(path, _document())
    monkeypatch.chdir(path.parent)
    assert len(load_facts([path, Path(path.name)]).files) == 1


def test_files_that_agree_are_no_conflict(tmp_path: Path) -> None:
    paths = [_write(tmp_path / name, _document()) for name in ("a.json", "b.json")]
    assert len(load_facts(paths).jobs) == 1


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"jobs": {"67890": {**NIGHTLY, "project_id": 12}}}, '$.jobs."67890".project_id'),
        ({"host": "https://emea.dbt.com"}, '$.jobs."67890"'),
    ],
)
def test_files_that_disagree_are_refused(tmp_path: Path, change: dict[str, Any], where: str) -> None:
    first = _write(tmp_path / "a.json", _document())
    second = _write(tmp_path / "b.json", _document(**change))
    with pytest.raises(FactsError) as caught:
        load_facts([first, second])
    assert str(caught.value).startswith(f"{second}: {where}: {first} says something else")


def _job(**changes: Any) -> dict[str, Any]:
    return _document(jobs={"67890": {**NIGHTLY, **changes}})


def _without(key: str) -> dict[str, Any]:
    return _document(jobs={"67890": {name: value for name, value in NIGHTLY.items() if name != key}})


JOB = '$.jobs."67890"'
WRONG = [
    ("", "it is not JSON: line 1, column 1"),
    ('{"version": 1,}', "it is not JSON: line 1"),
    ('{"version": 1, "version": 1}', 'the key "version" stands twice'),
    ("[" * 200_000, "it is not JSON"),
    ([], "$: expected an object, found []"),
    ({}, "$.version: expected 1, found none"),
    (_document(version=2), "$.version: expected 1, found 2; it may have been written by a newer"),
    (_document(version=True), "$.version: expected 1, found true"),
    (_document(account_id="12345"), '$.account_id: expected a whole number, found "12345"'),
    (_document(account_id=True), "$.account_id: expected a whole number, found true"),
    (_document(host=""), '$.host: expected a string, found ""'),
    (_document(jobs=[]), "$.jobs: expected an object, found []"),
    (_document(jobs={"nightly": NIGHTLY}), '$.jobs."nightly": expected the id of a job'),
    (_document(jobs={"²": NIGHTLY}), "expected the id of a job"),
    (_document(jobs={"67890": None}), f"{JOB}: expected an object, found null"),
    (_job(id=1), f"{JOB}.id: expected 67890, like the key, found 1"),
    (_job(project_id="11"), f'{JOB}.project_id: expected a whole number, found "11"'),
    (_job(execute_steps="dbt build"), f'{JOB}.execute_steps: expected a list of commands, found "dbt build"'),
    (_job(execute_steps=[1]), f"{JOB}.execute_steps: expected a list of commands, found [1]"),
    (_job(generate_docs="no"), f'{JOB}.generate_docs: expected true or false, found "no"'),
    (_job(name_is_unique=1), f"{JOB}.name_is_unique: expected true or false, found 1"),
    (_job(triggers=[]), f"{JOB}.triggers: expected an object, found []"),
    (_without("project_id"), f"{JOB}.project_id: missing (expected a whole number)"),
    (_without("execute_steps"), f"{JOB}.execute_steps: missing (expected a list of commands)"),
]


@pytest.mark.parametrize(("document", "says"), WRONG, ids=[says[:60] for _, says in WRONG])
def test_a_wrong_file_is_refused_with_its_place(path: Path, document: Any, says: str) -> None:
    with pytest.raises(FactsError) as caught:
        load_facts([_write(path, document)])
    assert str(caught.value).startswith(f"{path}: ")
    assert says in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match="no such facts file"):
        load_facts([tmp_path / "gone.json"])
    with pytest.raises(FactsError, match="cannot be read"):
        load_facts([tmp_path])
    (tmp_path / "latin.json").write_bytes(b'{"x": "\xe9"}')
    with pytest.raises(FactsError, match="not UTF-8"):
        load_facts([tmp_path / "latin.json"])


def test_a_byte_order_mark_is_no_obstacle(path: Path) -> None:
    path.write_text(json.dumps(_document()), "utf-8-sig")
    assert load_facts([path]).job(67890) is not None


def test_found_beside_or_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    above = _write(tmp_path / "dbt_cloud_jobs.json", _document())
    beside = _write(tmp_path / "src" / "dbt_cloud_jobs.json", _document())
    more = _write(tmp_path / "src" / "dbt_cloud_jobs.777.json", _document(account_id=777))
    _write(tmp_path / "src" / "dbt_cloud_jobs_old.json", "{}")
    (tmp_path / "src" / "deep").mkdir()
    (tmp_path / "src" / "deep" / "a.py").touch()
    relative = [path.relative_to(tmp_path) for path in (more, beside)]
    assert discover_facts([Path("src/deep/a.py")]) == tuple(relative), "the nearest folder that has any"
    assert discover_facts([Path("src"), Path("src/deep")]) == tuple(relative)
    assert discover_facts([Path()]) == (above.relative_to(tmp_path),)


def test_the_search_ends_at_the_top_of_the_repository(tmp_path: Path) -> None:
    _write(tmp_path / "dbt_cloud_jobs.json", _document())
    (tmp_path / "repository" / "src").mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    assert discover_facts([tmp_path / "repository" / "src"]) == ()
    top = _write(tmp_path / "repository" / "dbt_cloud_jobs.json", _document())
    assert [path.resolve() for path in discover_facts([tmp_path / "repository" / "src"])] == [top.resolve()]


def test_dumped_jobs_are_in_the_order_of_their_ids() -> None:
    text = dump(_document(jobs={"100": NIGHTLY, "9": NIGHTLY}))
    assert list(json.loads(text)["jobs"]) == ["9", "100"]
    assert text.endswith("}\n")


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("https://cloud.getdbt.com/", "https://cloud.getdbt.com"),
        ("HTTPS://Cloud.GetDBT.com", "https://cloud.getdbt.com"),
        ("emea.dbt.com", "https://emea.dbt.com"),
        (" http://127.0.0.1:8080/ ", "http://127.0.0.1:8080"),
        ("https://proxy/Dbt/", "https://proxy/Dbt"),
    ],
)
def test_hosts_are_compared_in_one_form(given: str, normal: str) -> None:
    assert normal_host(given) == normal


def test_facts_travel_to_other_processes(path: Path) -> None:
    facts = load_facts([_write(path, _document())])
    assert pickle.loads(pickle.dumps(facts)) == facts
