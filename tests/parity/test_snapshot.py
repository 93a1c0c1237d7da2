"""The snapshot: everything users see is in it, nothing secret is, and it is the same each time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from parity_warm import Warm
from shape import misfits

from legacy_shim.emulator import load_setup, serve
from legacy_shim.snapshot import Order, parse_action
from legacy_shim.snapshot.schema import Snapshot

CLOUD = Path(__file__).resolve().parents[1] / "cases" / "_cloud.json"
Take = Callable[..., dict[str, Any]]

EVERYTHING = """
    from datetime import timedelta
    from dagster import *

    @asset(owners=["team:data"], tags={"tier": "1"}, kinds={"python"}, code_version="7", description="What we sell.")
    def products(): ...

    @asset(
        deps=[AssetDep("products", partition_mapping=AllPartitionMapping()), "raw"],
        partitions_def=StaticPartitionsDefinition(["de", "fr", "it"]),
        backfill_policy=BackfillPolicy.multi_run(2),
        automation_condition=AutomationCondition.eager(),
        metadata={"url": MetadataValue.url("https://example.com")},
        freshness_policy=FreshnessPolicy.time_window(fail_window=timedelta(hours=24)),
        group_name="sales",
    )
    def orders(context) -> None: ...

    @asset_check(asset=products)
    def has_rows():
        return AssetCheckResult(passed=False, severity=AssetCheckSeverity.WARN)

    @op(config_schema={"token": str}, tags={"team": "data"})
    def fetch(context):
        context.log_event(AssetObservation("products", metadata={"rows": 3}))
        return Output({"a": 1}, metadata={"seconds": 4})

    @op(required_resource_keys={"mail"})
    def send(rows): raise ValueError("no mail today")

    @job(config={"ops": {"fetch": {"config": {"token": "s3cret"}}}}, resource_defs={"mail": ResourceDefinition.none_resource()})
    def letters(): send(fetch())

    class Mail(ConfigurableResource):
        host: str = "localhost"

    @sensor(job=letters, default_status=DefaultSensorStatus.RUNNING)
    def new_mail(): ...

    defs = Definitions(
        assets=[products, orders],
        asset_checks=[has_rows],
        jobs=[letters, define_asset_job("sales", AssetSelection.groups("sales"))],
        schedules=[ScheduleDefinition(job=letters, cron_schedule="0 6 * * 1", execution_timezone="Europe/Rome")],
        sensors=[new_mail],
        resources={"mailer": Mail()},
    )
"""


@pytest.fixture
def take(warm: Warm, tmp_path: Path) -> Take:
    """Take a snapshot of the text of a module."""

    def take(text: str, *actions: str, name: str = "definitions.py", **options: Any) -> dict[str, Any]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(text))
        options = {"target": name, "path": (tmp_path,), **options}
        order = Order(actions=tuple(parse_action(action) for action in actions), **options)
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        return warm.snapshot(order, env, tmp_path, tmp_path / "log")

    return take


def test_assets_as_users_see_them(take: Take) -> None:
    assets = take(EVERYTHING)["graph"]["assets"]
    assert list(assets) == ["orders", "products", "raw"]
    products, orders = assets["products"], assets["orders"]
    assert (products["owners"], products["tags"], products["kinds"]) == (
        ["team:data"],
        {"tier": "1"},
        ["python"],
    )
    assert (products["code_version"], products["description"]) == ("7", "What we sell.")
    assert (orders["deps"], orders["group"], orders["op"]) == (["products", "raw"], "sales", "orders")
    assert orders["partitions"]["partition_keys"] == ["de", "fr", "it"]
    assert orders["partition_mappings"]["products"]["__class__"] == "AllPartitionMapping"
    assert orders["backfill_policy"]["max_partitions_per_run"] == 2
    assert orders["automation_condition"]["label"] == "eager"
    assert orders["freshness_policy"]["__class__"] == "TimeWindowFreshnessPolicy"
    assert orders["metadata"]["url"] == ["UrlMetadataValue", "https://example.com"]
    assert assets["raw"]["execution"] == "UNEXECUTABLE"


def test_jobs_schedules_sensors_checks_resources(take: Take) -> None:
    graph = take(EVERYTHING)["graph"]
    letters = graph["jobs"]["letters"]
    assert graph["jobs"]["sales"]["assets"] == ["orders"]
    assert letters["ops"]["send"]["after"] == ["fetch"]
    assert letters["ops"]["fetch"]["config_schema"] == "{ token: String }"
    assert letters["ops"]["fetch"]["tags"] == {"team": "data"}
    assert letters["resources"] == {"mail": "ResourceDefinition"}
    assert graph["schedules"]["letters_schedule"]["cron"] == "0 6 * * 1"
    assert graph["schedules"]["letters_schedule"]["timezone"] == "Europe/Rome"
    assert graph["sensors"]["new_mail"]["status"] == "RUNNING"
    assert list(graph["checks"]) == ["products:has_rows"]
    assert graph["resources"]["mailer"] == "Mail"


def test_config_that_holds_a_token_is_not_written(take: Take) -> None:
    document = take(EVERYTHING)
    assert document["graph"]["jobs"]["letters"]["run_config"] == {
        "ops": {"fetch": {"config": {"token": "***"}}}
    }
    assert "s3cret" not in json.dumps(document)


def test_what_execution_did(take: Take) -> None:
    first, second, job = take(EVERYTHING, "materialize:all", "job:letters")["actions"]
    assert [row["asset"] for row in first["materialized"]] == ["products"]
    assert first["checked"] == [
        {"asset": "products", "check": "has_rows", "passed": False, "severity": "WARN"}
    ]
    assert [(row["asset"], row["partition"]) for row in second["materialized"]] == [("orders", "de")]
    assert (job["success"], job["outputs"]) == (False, {"fetch:result": "dict"})
    assert job["output_metadata"] == {"fetch:result": ["seconds"]}
    assert first["output_metadata"] == second["output_metadata"] == {}
    assert job["observed"] == [{"asset": "products", "metadata": {"rows": ["IntMetadataValue", 3]}}]
    assert (job["errors"][0]["step"], job["errors"][0]["class"]) == ("send", "ValueError")


def test_a_range_is_split_as_the_backfill_policy_says(take: Take) -> None:
    document = take(EVERYTHING, "materialize:orders@de...it")
    assert [row["partition"] for row in document["actions"]] == [["de", "fr"], "it"]
    assert [len(row["materialized"]) for row in document["actions"]] == [2, 1]


def test_two_snapshots_of_the_same_code_are_equal(take: Take) -> None:
    assert take(EVERYTHING, "materialize:all") == take(EVERYTHING, "materialize:all")


def test_an_error_of_the_code_is_part_of_the_document(take: Take) -> None:
    document = take("raise ZeroDivisionError('at import')")
    assert (document["error"]["class"], document["error"]["message"]) == ("ZeroDivisionError", "at import")
    assert document["graph"] is None


def test_an_unknown_asset_is_named(take: Take) -> None:
    first, second = take(EVERYTHING, "materialize:nowhere", "materialize:products")["actions"]
    assert "no asset to materialize: nowhere" in first["errors"][0]["message"]
    assert second["success"]


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("definitions.py:mine", "from dagster import *\nmine = Definitions()\nother = Definitions()"),
        ("definitions", "from dagster import *\n@repository\ndef repo(): return []"),
        ("definitions.py", "from dagster import *\n@asset\ndef a(): ..."),
    ],
)
def test_targets(take: Take, target: str, text: str) -> None:
    assert take(text, target=target)["error"] is None


def test_a_file_of_a_package_keeps_its_relative_imports(take: Take) -> None:
    take("NAME = 'from_sibling'", name="pkg/__init__.py", target="pkg")
    document = take(
        "from dagster import *\nfrom . import NAME\n@asset(name=NAME)\ndef a(): ...",
        name="pkg/assets.py",
        target="pkg/assets.py",
        path=(),
    )
    assert list(document["graph"]["assets"]) == ["from_sibling"]


def test_several_repositories_ask_for_a_name(take: Take) -> None:
    text = "from dagster import *\n@repository\ndef one(): return []\n@repository\ndef two(): return []"
    assert "one, two" in take(text)["error"]["message"]


CALLS = """
    import requests
    from dagster import *

    API = "https://emea.dbt.com/api/v2/accounts/12345"
    AUTH = {{"Authorization": "Token dbt_api_token_here"}}

    @op
    def call(context):
        answer = requests.post(API + "/jobs/67890/run/", json={{"cause": "test"}}, headers=AUTH)
        context.log.info(answer.json())
        {more}
        raise RuntimeError(answer.url + " with dbt_api_token_here")

    @job
    def calls(): call()
"""


def test_requests_for_dbt_cloud_are_redirected_and_noted(take: Take) -> None:
    with serve(load_setup(CLOUD)) as server:
        document = take(CALLS.format(more=""), "job:calls", redirect=server.url)
    assert [(run["phase"], run["job_id"], run["cause"]) for run in document["runs"]] == [("0", 67890, "test")]
    assert document["runs"][0]["commands"] == ["dbt seed", "dbt build --select tag:daily"]
    assert "https://emea.dbt.com/" in document["actions"][0]["errors"][0]["message"]
    assert "dbt_api_token_here" not in json.dumps(document)


def test_the_nodes_of_each_command_are_noted(take: Take) -> None:
    more = "import time; time.sleep(1)"
    with serve(load_setup(CLOUD)) as server:
        document = take(CALLS.format(more=more), "job:calls", redirect=server.url)
    seed, build = [step for step in document["runs"][0]["steps"] if step["nodes"]]
    assert sorted(seed["nodes"]) == [
        f"seed.analytics.raw_{name}" for name in ("customers", "orders", "payments")
    ]
    assert "model.analytics.orders" in build["nodes"]
    assert "model.analytics.revenue_by_month" not in build["nodes"]


def test_other_hosts_are_refused(take: Take) -> None:
    more = "requests.get('https://pypi.org/simple/')"
    with serve(load_setup(CLOUD)) as server:
        document = take(CALLS.format(more=more), "job:calls", redirect=server.url)
    assert document["actions"][0]["errors"][0]["class"] == "ForeignHostError"
    assert "pypi.org was refused" in document["actions"][0]["errors"][0]["message"]


def test_the_command_line_writes_the_same_document(take: Take, tmp_path: Path) -> None:
    document = take(EVERYTHING, "materialize:products")
    command = [
        sys.executable,
        "-m",
        "legacy_shim.snapshot",
        "definitions.py",
        "--path",
        ".",
        "--materialize",
        "products",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == document


SOCKETS = """
    import contextlib, os, socket
    from dagster import *

    try:
        socket.create_connection(("192.0.2.7", 80), timeout=2)
        os.environ["NOTE"] = "connected"
    except Exception as error:
        os.environ["NOTE"] = type(error).__name__

    @asset(description=os.environ["NOTE"])
    def told(): ...
"""


def test_sockets_are_closed_too(take: Take) -> None:
    with serve(load_setup(CLOUD)) as server:
        document = take(SOCKETS, redirect=server.url)
    assert document["graph"]["assets"]["told"]["description"] == "ForeignHostError"
    assert document["refused"] == [{"phase": "load", "host": "192.0.2.7"}]


def test_an_error_tells_the_variables_and_the_lines_of_the_user(take: Take) -> None:
    error = take("import os\nos.getenv('UNUSED')\nos.environ['NOT_SET_HERE']")["error"]
    assert error["variables"] == ["NOT_SET_HERE"]
    assert [(Path(row["path"]).name, row["line"], row["text"]) for row in error["frames"]] == [
        ("definitions.py", 3, "os.environ['NOT_SET_HERE']")
    ]


def test_code_that_is_not_of_the_copy_is_refused(take: Take, tmp_path: Path) -> None:
    original, copy = tmp_path / "original", tmp_path / "copy"
    for folder in (original, copy):
        (folder / "lib").mkdir(parents=True)
        (folder / "lib" / "helper.py").write_text("")
    options = {"root": copy, "instead_of": original, "path": (copy,)}
    finder = "import sys\nsys.path.append({!r})\nimport helper\nfrom dagster import *\ndefs = Definitions()"
    document = take(finder.format(str(original / "lib")), name="copy/defs.py", target="defs", **options)
    assert document["error"]["class"] == "WrongTreeError"
    document = take(finder.format(str(copy / "lib")), name="copy/defs.py", target="defs", **options)
    assert document["error"] is None


EDITABLE = """
import sys
from importlib.util import spec_from_file_location

class Finder:  # as setuptools installs one for a package that does not lie in a folder of its own
    def find_spec(self, name, path=None, target=None):
        if name == "common":
            return spec_from_file_location(name, FOLDER + "/common/__init__.py")

sys.meta_path.append(Finder())
import common
from common import dbt
from dagster import *
defs = Definitions(assets=[AssetSpec(common.NAME), AssetSpec(dbt.NAME)])
"""


def test_an_editable_install_of_the_tree_is_imported_from_the_copy(take: Take, tmp_path: Path) -> None:
    for side in ("original", "copy"):
        folder = tmp_path / side / "libs" / "common"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(f"NAME = 'package_of_{side}'")
        (folder / "dbt.py").write_text(f"NAME = 'module_of_{side}'")
    program = f"FOLDER = {str(tmp_path / 'original' / 'libs')!r}\n{EDITABLE}"
    options = {"root": tmp_path / "copy", "instead_of": tmp_path / "original", "path": (tmp_path / "copy",)}
    document = take(program, name="copy/defs.py", target="defs", **options)
    assert document["error"] is None
    assert list(document["graph"]["assets"]) == ["module_of_copy", "package_of_copy"]


def test_the_token_of_the_code_stays_in_the_process(take: Take) -> None:
    calls = CALLS.format(more="").replace("dbt_api_token_here", "a-token-of-mine")
    cloud = load_setup(CLOUD)
    with serve(cloud) as server:
        document = take(calls, "job:calls", redirect=server.url, token="dbt_api_token_here")
    assert [run["commands"] for run in document["runs"]] == [["dbt seed", "dbt build --select tag:daily"]]
    assert "a-token-of-mine" not in json.dumps(document)
    assert [(row["account"], row["host"]) for row in document["callers"]] == [("12345", "emea.dbt.com")]


def test_a_snapshot_has_exactly_the_shape_of_the_schema(take: Take) -> None:
    everything = take(EVERYTHING, "job:letters", "materialize:products")
    assert list(misfits(everything, Snapshot)) == []
    assert everything["graph"]["checks"] and everything["graph"]["sensors"] and everything["actions"]


def test_a_snapshot_of_runs_has_exactly_the_shape_of_the_schema(take: Take) -> None:
    with serve(load_setup(CLOUD)) as server:
        document = take(CALLS.format(more=""), "job:calls", redirect=server.url)
    assert list(misfits(document, Snapshot)) == []
    assert document["runs"] and document["callers"] and document["actions"][0]["errors"]


def test_a_snapshot_of_code_that_does_not_load_has_exactly_the_shape_of_the_schema(take: Take) -> None:
    document = take("import os\nint(os.environ['PORT'])\n")
    assert list(misfits(document, Snapshot)) == []
    assert document["error"]["class"] == "KeyError" and document["graph"] is None


def test_the_shape_sees_what_is_missing_more_or_of_another_type(take: Take) -> None:
    document = take(EVERYTHING)
    asset = document["graph"]["assets"]["products"]
    asset["more"] = 1
    asset["group"] = 7
    del asset["kinds"], document["runs"]
    document["programs"] = ["git", None]
    assert sorted(misfits(document, Snapshot)) == [
        ".graph.assets.products.group: 7 is no str | None",
        ".graph.assets.products.kinds is missing",
        ".graph.assets.products.more is more than the schema has",
        ".programs[1]: None is no <class 'str'>",
        ".runs is missing",
    ]
