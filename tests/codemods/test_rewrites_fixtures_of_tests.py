"""Fixtures of pytest hand a resource, or its client, to the tests that name them."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

_CLOUD = """
import os

from dagster_dbt import DbtCloudClientResource

cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)
"""
_HEAD = "import pytest\nfrom proj.res import cloud as _cloud\n\n\n"
_OF_RESOURCE = {
    "returns": "@pytest.fixture\ndef cloud():\n    return _cloud\n",
    "yields": "@pytest.fixture\ndef cloud():\n    yield _cloud\n",
    "for the session": '@pytest.fixture(scope="session")\ndef cloud():\n    return _cloud\n',
    "under another name": '@pytest.fixture(name="cloud")\ndef make_cloud():\n    return _cloud\n',
    "by another fixture": "@pytest.fixture\ndef base():\n    return _cloud\n\n\n@pytest.fixture\ndef cloud(base):\n    return base\n",
}
_ASKS = 'def test_job(cloud):\n    assert cloud.get_dbt_client().get_job(67890)["name"] == "Nightly"\n'
_ASKED = 'def test_job(cloud):\n    assert cloud.get_client().get_job_details(67890)["name"] == "Nightly"\n'
_UNIT = "import pytest\nfrom unittest.mock import MagicMock\n\n\n@pytest.fixture\ndef client():\n    return MagicMock()\n"
_REAL = f"{_HEAD}@pytest.fixture\ndef client():\n    return _cloud.get_dbt_client()\n"
_READS = 'def test_job(client):\n    assert client.get_job(67890)["name"] == "Nightly"\n'
_READ = 'def test_job(client):\n    assert client.get_job_details(67890)["name"] == "Nightly"\n'


def _files(**more: str) -> dict[str, str]:
    return {"proj/__init__.py": "", "proj/res.py": _CLOUD, **more}


@pytest.mark.parametrize("fixture", _OF_RESOURCE.values(), ids=_OF_RESOURCE)
@pytest.mark.parametrize("home", ["tests/conftest.py", "tests/test_job.py"])
def test_a_test_that_asks_for_the_resource_migrates_with_it(tmp_path: Path, fixture: str, home: str) -> None:
    files = _files(**{"tests/test_job.py": _ASKS})
    files[home] = _HEAD + fixture + "\n\n" + (_ASKS if home == "tests/test_job.py" else "")
    texts, _ = migrate(tmp_path, files)
    assert texts["tests/test_job.py"].endswith(_ASKED)
    assert "cloud = DbtCloudWorkspace(" in texts["proj/res.py"]


def test_a_test_that_names_nothing_legacy_is_found_by_its_fixture(tmp_path: Path) -> None:
    texts, _ = migrate(tmp_path, _files(**{"tests/conftest.py": _REAL, "tests/test_job.py": _READS}))
    assert texts["tests/test_job.py"] == _READ


def test_a_fixture_that_answers_a_function_hands_on_what_that_answers(tmp_path: Path) -> None:
    fixture = "@pytest.fixture\ndef connect():\n    def inner():\n        return _cloud.get_dbt_client()\n\n    return inner\n"
    test = _READS.replace("(client)", "(connect)").replace("client.", "connect().")
    texts, _ = migrate(tmp_path, _files(**{"tests/conftest.py": _HEAD + fixture, "tests/test_job.py": test}))
    assert 'connect().get_job_details(67890)["name"]' in texts["tests/test_job.py"]


@pytest.mark.parametrize(
    "unit", [{"tests/unit/conftest.py": _UNIT, "tests/real/conftest.py": _REAL}, {"tests/unit/conftest.py": _UNIT, "tests/conftest.py": _REAL}]
)  # fmt: skip
def test_a_test_gets_the_fixture_that_is_nearest(tmp_path: Path, unit: dict[str, str]) -> None:
    tests = {"tests/unit/test_job.py": _READS, "tests/real/test_job.py": _READS}
    texts, _ = migrate(tmp_path, _files(**unit, **tests))
    assert texts["tests/unit/test_job.py"] == _READS
    assert texts["tests/real/test_job.py"] == _READ


def test_mocks_that_a_fixture_answers_keep_nothing(tmp_path: Path) -> None:
    files = _files(**{
        "proj/jobs.py": 'from proj.res import cloud\n\n\ndef name():\n    return cloud.get_dbt_client().get_job(67890)["name"]\n',
        "tests/conftest.py": _UNIT,
        "tests/test_job.py": "def test_job(client):\n    client.run_job_and_poll(67890)\n    client.run_job_and_poll.assert_called()\n",
    })  # fmt: skip
    texts, _ = migrate(tmp_path, files)
    assert "get_job_details" in texts["proj/jobs.py"]
    assert texts["tests/test_job.py"] == files["tests/test_job.py"]


@pytest.mark.parametrize("through", ["from deco import trace\n", ""], ids=["another package", "not defined"])
def test_a_fixture_behind_a_decorator_that_is_not_known_keeps_the_resource(
    tmp_path: Path, through: str
) -> None:
    conftest = f"{through}{_HEAD}@pytest.fixture\n@trace\ndef cloud():\n    yield _cloud\n"
    texts, _ = migrate(tmp_path, _files(**{"tests/conftest.py": conftest, "tests/test_job.py": _ASKS}))
    assert "from legacy_shim import DbtCloudClientResource" in texts["proj/res.py"]
    assert texts["tests/test_job.py"] == _ASKS


def test_a_fixture_whose_name_is_worked_out_answers_no_test(tmp_path: Path) -> None:
    conftest = f"{_HEAD}NAME = 'cloud'\n\n\n@pytest.fixture(name=NAME)\ndef make():\n    return _cloud\n"
    test = _ASKS.replace("cloud", "other")
    texts, _ = migrate(tmp_path, _files(**{"tests/conftest.py": conftest, "tests/test_job.py": test}))
    assert texts["tests/test_job.py"] == test


def test_a_function_that_is_no_test_is_given_no_fixture(tmp_path: Path) -> None:
    helper = _READS.replace("def test_job", "def helper")
    texts, _ = migrate(tmp_path, _files(**{"tests/conftest.py": _REAL, "tests/helpers.py": helper}))
    assert texts["tests/helpers.py"] == helper


@pytest.mark.parametrize("asked", ['"client"', "NAME"])
def test_a_fixture_that_is_asked_for_by_a_string_keeps_the_resource(tmp_path: Path, asked: str) -> None:
    test = f"NAME = 'client'\n\n\ndef test_job(request):\n    assert request.getfixturevalue({asked}).get_job(67890)\n"
    texts, report = migrate(tmp_path, _files(**{"tests/conftest.py": _REAL, "tests/test_job.py": test}))
    assert "DbtCloudWorkspace" not in texts["proj/res.py"]
    assert texts["tests/test_job.py"] == test
    assert any("name the fixture as a parameter" in each.message for each in report.findings)


def test_another_fixture_that_is_asked_for_by_a_string_keeps_nothing(tmp_path: Path) -> None:
    test = "def test_job(request, client):\n    request.getfixturevalue('tmp_path')\n    assert client.get_job(67890)\n"
    texts, _ = migrate(tmp_path, _files(**{"tests/conftest.py": _REAL, "tests/test_job.py": test}))
    assert "client.get_job_details(67890)" in texts["tests/test_job.py"]


def test_an_asynchronous_fixture_is_followed(tmp_path: Path) -> None:
    conftest = _REAL.replace("import pytest\n", "import pytest_asyncio\n").replace(
        "@pytest.fixture\ndef", "@pytest_asyncio.fixture\nasync def"
    )
    test = _READS.replace("def test_job", "async def test_job")
    texts, _ = migrate(tmp_path, _files(**{"tests/conftest.py": conftest, "tests/test_job.py": test}))
    assert texts["tests/test_job.py"] == _READ.replace("def test_job", "async def test_job")
