"""Where legacy names are used, and how often, is appended to the file that the environment names."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loading import TOKEN, config, shop_cloud

from legacy_shim.emulator import serve
from legacy_shim.usage_record import VARIABLE, UsageRecord, format_line, parse_line, read_usage, usage_of

Site = tuple[str, str, int]


def start(folder: Path, code: str, log: Path | str | None, *options: str) -> subprocess.Popen[str]:
    """Run code as a program of the user, with this usage log."""
    program = folder / "program.py"
    program.write_text(textwrap.dedent(code))
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    return subprocess.Popen(
        [sys.executable, *options, program.name],
        cwd=folder,
        env={**environment, "DAGSTER_HOME": "", **({VARIABLE: str(log)} if log is not None else {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, code: str, log: Path | str | None, *options: str) -> tuple[str, str]:
    """Run code to its end, which must be a good one. Returns what it printed."""
    process = start(folder, code, log, *options)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out, err


def counted(log: Path) -> Counter[Site]:
    """The uses that a log tells of."""
    usage = read_usage(log)
    assert usage.unreadable == 0
    counts: Counter[Site] = Counter()
    for record in usage.records:
        counts[record.name, record.use, record.line] += record.count
    return counts


EVERY_USE = """\
import legacy_shim; legacy_shim.install()
for _ in range(12):
    from dagster_dbt import dbt_cloud_resource, DbtCloudClientResource
    import dagster_dbt.cloud.types as types
    from legacy_shim.cloud import ops
for _ in range(25):
    dbt_cloud_resource("a token", 12345)
class Ours(DbtCloudClientResource): ...
for _ in range(3):
    types.DbtCloudRunStatus if hasattr(types, "DbtCloudRunStatus") else None
    types.DbtCloudOutput({"id": 1}, {})
def annotated(x: DbtCloudClientResource) -> None: ...
"""


def test_each_use_is_counted_at_its_line(tmp_path: Path) -> None:
    log = tmp_path / "usage.jsonl"
    run(tmp_path, EVERY_USE, log, "-W", "ignore")
    assert counted(log) == {
        ("dbt_cloud_resource", "import", 3): 12,
        ("DbtCloudClientResource", "import", 3): 12,
        ("dagster_dbt.cloud.types", "import", 4): 12,
        ("legacy_shim.cloud.ops", "import", 5): 12,
        ("dbt_cloud_resource", "call", 7): 25,
        ("DbtCloudClientResource", "subclass", 8): 1,
        ("DbtCloudRunStatus", "attribute", 10): 6,
        ("DbtCloudOutput", "attribute", 11): 3,
        ("DbtCloudOutput", "call", 11): 3,
    }


def test_a_line_says_what_it_is_for(tmp_path: Path) -> None:
    log = tmp_path / "usage.jsonl"
    before = datetime.now(timezone.utc).timestamp() - 0.001  # moments are written in milliseconds
    process = start(tmp_path, "import legacy_shim\nlegacy_shim.dbt_cloud_resource", log)
    _, err = process.communicate(timeout=120)
    assert "LDC101" in err, "it is told as ever"
    (line,) = log.read_text().splitlines()
    document = json.loads(line)
    assert before <= datetime.fromisoformat(document.pop("time")).timestamp() <= time.time()
    assert len(document.pop("process")) == 12
    assert document == {
        "v": 1,
        "code": "LDC101",
        "name": "dbt_cloud_resource",
        "use": "attribute",
        "file": str(tmp_path / "program.py"),
        "line": 2,
        "module": "__main__",
        "count": 1,
        "pid": process.pid,
        "python": ".".join(map(str, sys.version_info[:3])),
        "run": None,
    }


def test_without_the_variable_there_is_no_log(tmp_path: Path) -> None:
    code = "import legacy_shim\nlegacy_shim.DbtCloudOutput\nfrom legacy_shim.usage_log import USAGE_LOG\nprint(USAGE_LOG)"
    for unset in (None, "", " "):
        assert run(tmp_path, code, unset)[0] == "None\n"
    assert [path.name for path in tmp_path.iterdir()] == ["program.py"]


@pytest.mark.parametrize("options", [["-W", "ignore"], ["-W", "error::legacy_shim.LegacyDbtCloudWarning"]])
def test_uses_that_are_not_told_are_counted_too(tmp_path: Path, options: list[str]) -> None:
    log = tmp_path / "usage.jsonl"
    code = """
        from contextlib import suppress
        import legacy_shim
        from dagster._utils.warnings import disable_dagster_warnings
        for _ in range(4):
            with suppress(legacy_shim.LegacyDbtCloudWarning):
                legacy_shim.dbt_cloud_resource
            with disable_dagster_warnings():
                legacy_shim.DbtCloudOutput
        """
    run(tmp_path, code, log, *options)
    assert counted(log) == {
        ("dbt_cloud_resource", "attribute", 7): 4,
        ("DbtCloudOutput", "attribute", 9): 4,
    }


MANY = """
import sys, threading
from legacy_shim import DbtCloudOutput
def use():
    for _ in range(150):
        DbtCloudOutput({"id": 1}, {})
        DbtCloudOutput({"id": 2}, {})
        getattr(sys.modules["legacy_shim"], "DbtCloudRunStatus")
sys.setswitchinterval(1e-5)
threads = [threading.Thread(target=use) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def test_many_processes_and_threads_share_one_file(tmp_path: Path) -> None:
    log = tmp_path / "usage.jsonl"
    folders = [tmp_path / str(number) for number in range(6)]
    for folder in folders:
        folder.mkdir()
    processes = [start(folder, MANY, log, "-W", "ignore") for folder in folders]
    for process in processes:
        assert process.wait(240) == 0
    assert counted(log) == {
        ("DbtCloudOutput", "import", 3): 6,
        ("DbtCloudOutput", "call", 6): 6 * 8 * 150,
        ("DbtCloudOutput", "call", 7): 6 * 8 * 150,
        ("DbtCloudRunStatus", "attribute", 8): 6 * 8 * 150,
    }
    records = read_usage(log).records
    assert len({record.process for record in records}) == len({record.pid for record in records}) == 6
    assert len(log.read_text().splitlines()) < 6 * 4 * 6, "no line for each use"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_tells_of_its_own_uses_alone(tmp_path: Path) -> None:
    log = tmp_path / "usage.jsonl"
    code = """
        import os, sys
        from legacy_shim import DbtCloudOutput
        def use(): DbtCloudOutput({"id": 1}, {})
        [use() for _ in range(5)]
        if os.fork() == 0:
            [use() for _ in range(3)]
            sys.exit()
        os.wait()
        """
    run(tmp_path, code, log, "-W", "ignore")
    counts = {record.pid: record.count for record in read_usage(log).records if record.use == "call"}
    assert sorted(counts.values()) == [3, 5]


def test_a_killed_process_has_told_the_size_of_it(tmp_path: Path) -> None:
    log = tmp_path / "usage.jsonl"
    code = """
        import os, signal
        from legacy_shim import DbtCloudOutput
        for _ in range(345):
            DbtCloudOutput({"id": 1}, {})
        os.kill(os.getpid(), signal.SIGKILL)
        """
    process = start(tmp_path, code, log, "-W", "ignore")
    assert process.wait(120) == -signal.SIGKILL
    assert counted(log) == {("DbtCloudOutput", "import", 3): 1, ("DbtCloudOutput", "call", 5): 100}


def test_more_sites_than_are_kept_are_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from legacy_shim import usage_log

    monkeypatch.setattr(usage_log, "_MOST_SITES", 3)
    log = usage_log.UsageLog(str(tmp_path / "usage.jsonl"))
    for number in range(9):
        for _ in range(2):
            log.note("LDC106", "DbtCloudOutput", "call", sys._getframe(), f"run {number}")
    log.close()
    records = read_usage(tmp_path / "usage.jsonl").records
    found = {record.run: record.count for record in records if record.use == "call"}
    assert found == {f"run {number}": 2 for number in range(9)}


def _no_folder(folder: Path) -> Path:
    return folder / "nowhere" / "usage.jsonl"


def _pipe_that_nobody_reads(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


UNWRITABLE: dict[str, Any] = {
    "no folder": _no_folder,
    "a folder": lambda folder: folder,
    "a full disk": lambda _: Path("/dev/full"),
    "a pipe that nobody reads": _pipe_that_nobody_reads,
    "too long a name": lambda folder: f"{folder}/{'x' * 300}",
}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("make", UNWRITABLE.values(), ids=UNWRITABLE)
def test_a_log_that_cannot_be_written_harms_nobody(tmp_path: Path, make: Any) -> None:
    log = make(tmp_path)
    code = """
        from legacy_shim import DbtCloudOutput
        for number in range(1000):
            DbtCloudOutput({"id": 1}, {})
        print("went on")
        """
    out, err = run(tmp_path, code, log, "-W", "error", "-W", "ignore::Warning")
    assert out == "went on\n"
    assert err.startswith(f"{VARIABLE}: {log} cannot be written: ")
    assert err.count("\n") == 1, "once"


IN_RUNS = """
import dagster as dg
from legacy_shim import dbt_cloud_resource, dbt_cloud_run_op, load_assets_from_dbt_cloud_job

dbt_cloud = dbt_cloud_resource.configured(CONFIG)
assets = load_assets_from_dbt_cloud_job(dbt_cloud, 67890)

@dg.op(required_resource_keys={"dbt_cloud"})
def in_an_op(context):
    dbt_cloud_run_op(context, context.resources.dbt_cloud, job_id=67890, poll_interval=0.01)

@dg.job
def the_job():
    in_an_op()

defs = dg.Definitions(assets=assets, jobs=[the_job], resources={"dbt_cloud": dbt_cloud})
"""


def test_runs_of_dagster_are_named_and_no_secret_is(tmp_path: Path) -> None:
    """A real run, whose step has a process of its own."""
    log, home = tmp_path / "usage.jsonl", tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with serve(shop_cloud()) as server:
        (tmp_path / "user_code.py").write_text(IN_RUNS.replace("CONFIG", repr(config(server.url))))
        command = [sys.executable, "-m", "dagster", "job", "execute", "-f", "user_code.py", "-j", "the_job"]
        environment = {**os.environ, "DAGSTER_HOME": str(home), VARIABLE: str(log)}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    usage = read_usage(log)
    (in_run,) = [record for record in usage.records if record.run]
    assert (in_run.name, in_run.use, in_run.line, in_run.count) == ("dbt_cloud_run_op", "call", 10, 1)
    assert in_run.run in done.stderr
    at_load = {record.process for record in usage.records if record.name == "load_assets_from_dbt_cloud_job"}
    assert in_run.process in at_load
    assert len(at_load) > 1, "the step's process loads the file again"
    assert TOKEN not in log.read_text()
    assert server.url not in log.read_text()


RECORD = UsageRecord(
    time=datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=timezone.utc),
    code="LDC104",
    name="load_assets_from_dbt_cloud_job",
    use="call",
    file="/app/shop/assets.py",
    line=12,
    module="shop.assets",
    count=10,
    process="9f2c51d07a3e",
    pid=4711,
    python="3.11.7",
    run=None,
)


@given(
    st.builds(
        replace,
        st.just(RECORD),
        file=st.text(),
        module=st.text(),
        line=st.integers(1),
        count=st.integers(1),
        run=st.none() | st.text(),
        use=st.sampled_from(["call", "import", "attribute", "subclass"]),
    )
)
def test_what_is_written_is_read(record: UsageRecord) -> None:
    line = format_line(record)
    assert line.isascii()
    assert line.endswith("\n")
    assert "\n" not in line[:-1]
    assert parse_line(line) == record


def test_the_highest_count_of_each_process_is_the_one_that_holds() -> None:
    later = datetime(2026, 2, 1, tzinfo=timezone.utc)
    other = replace(RECORD, process="000000000000", count=3)
    in_run = replace(RECORD, run="0b9d", count=1)
    lines = [format_line(one) for one in (replace(RECORD, count=100, time=later), RECORD, other, in_run)]
    usage = usage_of(lines)
    assert usage.records == (replace(RECORD, count=100, time=later), other, in_run)
    assert sum(record.count for record in usage.records) == 104


@pytest.mark.parametrize(
    "line",
    [
        format_line(RECORD)[:-20],
        format_line(RECORD).replace('"v": 1', '"v": 2'),
        format_line(RECORD).replace('"count": 10', '"count": "10"'),
        format_line(RECORD).replace('"count": 10', '"count": true'),
        format_line(RECORD).replace('"run": null', '"run": 7'),
        format_line(RECORD).replace('"use": "call"', '"use": "dance"'),
        format_line(RECORD).replace("+00:00", ""),
        format_line(RECORD).replace('"pid": 4711, ', ""),
        "[]",
        "null",
        "no JSON at all \ufffd",
    ],
)
def test_lines_that_are_none_are_passed_over_and_counted(line: str) -> None:
    assert parse_line(line) is None
    usage = usage_of([format_line(RECORD), line + "\n", "\n", format_line(RECORD)])
    assert usage.records == (RECORD,)
    assert usage.unreadable == 1


def test_keys_of_a_later_release_are_passed_over() -> None:
    line = json.dumps(
        {**json.loads(format_line(RECORD)), "host": "a", "time": "2026-01-02T03:04:05.678+00:00"}
    )
    assert parse_line(line) == RECORD


def test_reading_a_log_needs_the_standard_library_alone(tmp_path: Path) -> None:
    log = tmp_path / "usage.jsonl"
    log.write_text(format_line(RECORD))
    code = f"""
        import sys
        from pathlib import Path
        from legacy_shim.usage_record import read_usage
        assert len(read_usage(Path({str(log)!r})).records) == 1
        print([name for name in sys.modules if name.startswith(("dagster", "requests", "legacy_shim"))])
        """
    own = ["legacy_shim", "legacy_shim.json_text", "legacy_shim.regular_file", "legacy_shim.usage_record"]
    assert sorted(ast.literal_eval(run(tmp_path, code, log)[0])) == own
    with pytest.raises(OSError, match="nowhere"):
        read_usage(tmp_path / "nowhere")
