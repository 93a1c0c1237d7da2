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


class Runner:
    def __init__(self, cloud):
        self.client = cloud.get_dbt_client()
        self.count = 0

    def run(self):
        return self.client.run_job_and_poll(67891)

    def label(self):
        return "runner"


def runner():
    return Runner(CLOUD)


def run_id():
    return runner().run().run_id
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
            "@patch.multiple('flow', unrelated=DEFAULT, client=DEFAULT)\ndef test_names(**fakes):\n    flow.names()\n",
            "this replaces `flow.client`",
        ),
        (
            "def test_names():\n    with patch.multiple(flow, client=DEFAULT):\n        flow.names()\n",
            "this replaces `flow.client`",
        ),
        ("@patch('flow.Runner')\ndef test_run(runner):\n    flow.run_id()\n", "this replaces `flow.Runner`"),
        (
            "@patch('flow.Runner.run')\ndef test_run(run):\n    flow.run_id()\n",
            "this replaces `flow.Runner.run`",
        ),
        (
            "@patch.object(flow.Runner, 'run')\ndef test_run(run):\n    flow.run_id()\n",
            "this replaces `flow.Runner.run`",
        ),
        (
            "from flow import Runner\n\ndef test_run(monkeypatch):\n    monkeypatch.setattr(Runner, 'run', None)\n",
            "this replaces `Runner.run`",
        ),
        (
            "from flow import Runner\n\ndef test_run(mocker):\n    mocker.patch.object(Runner, 'client')\n",
            "this replaces `Runner.client`",
        ),
        (
            "def test_run():\n    with patch.object(flow.runner(), 'run'):\n        pass\n",
            "this replaces `flow.runner().run`",
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
    told = _told(tmp_path, f"import flow\nfrom unittest.mock import DEFAULT, patch\n\n{test}")
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
        "@patch.multiple(flow, unrelated=DEFAULT, create=True)\ndef test_names(**fakes):\n    flow.names()\n",
        "@patch.object(flow.Runner, 'label')\ndef test_run(label):\n    flow.run_id()\n",
        "@patch('flow.Runner.label')\ndef test_run(label):\n    flow.run_id()\n",
        "from unittest.mock import Mock, create_autospec\n\nFAKE = Mock(spec=flow.Runner), create_autospec(flow.Runner)\n",
        "def test_run(monkeypatch, mocker):\n    monkeypatch.setattr(flow.Runner, 'count', 1)\n    mocker.spy(flow.Runner, 'label')\n",
        "URL = 'https://x/api/v2/projects/'\n\ndef test_names():\n    flow.client()\n",
    ],
)
def test_what_replaces_something_else_is_nobodys_business(tmp_path: Path, test: str) -> None:
    assert _told(tmp_path, f"import flow\nfrom unittest.mock import DEFAULT, patch\n\n{test}") == []


@pytest.mark.parametrize(
    ("code", "is_told"),
    [
        ("with mock.patch('flow.client') as client:\n    flow.names()\n", True),
        ("with mock.patch.object(flow, 'runner') as runner:\n    flow.run_id()\n", True),
        ("with mock.patch('flow.unrelated') as other:\n    flow.names()\n", False),
        ("with own.patch('flow.client') as client:\n    flow.names()\n", False),
    ],
)
def test_what_a_dry_run_replaces_is_reported(tmp_path: Path, code: str, is_told: bool) -> None:
    told = _told(tmp_path, f"import flow\nimport own\nfrom unittest import mock\n\n{code}", "dry_run.py")
    assert ["this replaces `flow." in one for one in told] == [True] * is_told


@pytest.mark.parametrize(
    "code",
    [
        "wrapt.patch.object(flow.Runner, 'run')\n",
        "patch.object(flow.Runner, 'run')\n",
        "def test_run(pool):\n    pool.object(flow.Runner, 'run')\n",
        "def test_run(monkeypatch):\n    monkeypatch.keep(flow.Runner)\n",
        "def test_run():\n    unknown.setattr(flow.Runner, 'run', 1)\n",
    ],
)
def test_a_class_that_goes_elsewhere_keeps_what_it_runs(tmp_path: Path, code: str) -> None:
    code = f"import flow, unknown, wrapt\nfrom own import patch\n\n{code}"
    texts, _ = migrate(tmp_path, {"flow.py": FLOW, "test_flow.py": code})
    assert "from legacy_shim import" in texts["flow.py"]


def test_a_class_that_another_file_replaces_keeps_what_it_runs(tmp_path: Path) -> None:
    code = "import flow\nfrom unittest.mock import patch\n\npatch.object(flow.Runner, 'run').start()\n"
    texts, _ = migrate(tmp_path, {"flow.py": FLOW, "dry_run.py": code})
    assert "from legacy_shim import" in texts["flow.py"]


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
