"""Tests of the user's that put something in place of what hands out a client: reported, and they keep nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

FLOW = """
import os

from dagster_dbt import DbtCloudClientResource

CLOUD = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)


def client():
    return CLOUD.get_dbt_client()


def names():
    return [client().get_job(job_id)["name"] for job_id in (67890, 67891)]


def unrelated():
    return 3
"""


def _told(tmp_path: Path, test: str, name: str = "test_flow.py") -> list[str]:
    texts, report = migrate(tmp_path, {"flow.py": FLOW, name: test})
    assert "legacy_shim" not in texts["flow.py"]
    assert texts[name] == test.lstrip("\n")
    return [each.message for each in report.findings if each.place.path.name == name]


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("@patch('flow.client')\ndef test_names(client):\n    flow.names()\n", "this replaces `flow.client`"),
        (
            "@patch.object(flow, 'client')\ndef test_names(client):\n    flow.names()\n",
            "this replaces `flow.client`",
        ),
        (
            "def test_names(monkeypatch):\n    monkeypatch.setattr('flow.CLOUD', 1)\n",
            "this replaces `flow.CLOUD`",
        ),
        (
            "def test_names(monkeypatch):\n    monkeypatch.setattr(flow, 'client', 1)\n",
            "this replaces `flow.client`",
        ),
        (
            "def test_names():\n    with patch('requests.request') as sent:\n        flow.names()\n",
            "this replaces `requests.request`, which sends the requests of the legacy client",
        ),
        (
            "import responses\n\nURL = 'https://x/api/v2/accounts/1/jobs/67890/'\n",
            "this mocks a request of the legacy client, and v2 sends others: mock v2's request instead",
        ),
    ],
)
def test_what_stands_in_for_a_client_is_reported(tmp_path: Path, test: str, said: str) -> None:
    told = _told(tmp_path, f"import flow\nfrom unittest.mock import patch\n\n{test}")
    assert [one.partition(", so change this test: ")[0] for one in told] == [
        f"{said}: the migrated code makes v2's calls"
    ]


@pytest.mark.parametrize(
    "test",
    [
        "@patch('flow.unrelated')\ndef test_names(other):\n    flow.names()\n",
        "@patch.object(flow, 'unrelated')\ndef test_names(other):\n    flow.client()\n",
        "@patch('os.environ')\ndef test_names(other):\n    flow.client()\n",
        "def test_names(monkeypatch):\n    monkeypatch.setenv('T', 'client')\n    flow.client()\n",
        "URL = 'https://x/api/v2/projects/'\n\ndef test_names():\n    flow.client()\n",
    ],
)
def test_what_replaces_something_else_is_nobodys_business(tmp_path: Path, test: str) -> None:
    assert _told(tmp_path, f"import flow\nfrom unittest.mock import patch\n\n{test}") == []


def test_requests_that_are_mocked_where_nothing_legacy_is_tested_are_not_reported(tmp_path: Path) -> None:
    test = "from unittest.mock import patch\n\n@patch('requests.request')\ndef test_other(sent):\n    client = sent\n"
    assert _told(tmp_path, test) == []


def test_a_method_of_dagsters_resources_is_not_called_unknown(tmp_path: Path) -> None:
    test = "import flow\n\ndef test_names():\n    flow.CLOUD.with_resource_context(None).get_dbt_client()\n"
    _, report = migrate(tmp_path, {"flow.py": FLOW, "test_flow.py": test})
    told = [each.message for each in report.findings if each.code == "LDC304"]
    assert told and all(
        "the result of Dagster's own `with_resource_context` cannot be traced" in one for one in told
    )


def test_a_parameter_that_no_call_fills_is_named(tmp_path: Path) -> None:
    work = "from flow import CLOUD\n\ndef run(pool):\n    pool.submit(work, CLOUD)\n\ndef work(cloud: DbtCloudClientResource):\n    return cloud.get_dbt_client()\n"
    work = "from dagster_dbt import DbtCloudClientResource\n" + work
    _, report = migrate(tmp_path, {"flow.py": FLOW, "work.py": work})
    told = [each.message for each in report.findings if "calls `.get_dbt_client`" in each.message]
    assert all("`cloud` is a parameter, and no call in these files" in one for one in told)
