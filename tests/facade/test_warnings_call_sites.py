"""Each legacy use is told once, at the user's own line, as a warning, a log record and, in a run, an event."""

from __future__ import annotations

import dataclasses
import functools
import logging
import subprocess
import sys
import threading
import time
import timeit
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from dagster import DagsterInstance, Definitions, SupersessionWarning, asset, job, op, resource
from loading import python

from legacy_shim import LegacyDbtCloudWarning
from legacy_shim.catalogue import BY_NAME, LEGACY_NAMES, MIGRATE_COMMAND
from legacy_shim.deprecation import forget_call_sites, warn_use

HERE = __file__


@pytest.fixture
def told() -> Any:
    """The warnings of our category, as they come."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


def use() -> None:
    warn_use("dbt_cloud_resource")


LINE = use.__code__.co_firstlineno + 1


def ours(caught: list[warnings.WarningMessage]) -> list[warnings.WarningMessage]:
    return [one for one in caught if issubclass(one.category, LegacyDbtCloudWarning)]


CAPTURED = """
import logging, sys
logging.getLogger("dagster").addHandler(logging.StreamHandler(sys.stdout))
logging.captureWarnings(True)
{more}
from legacy_shim import dbt_cloud_resource
dbt_cloud_resource(api_token="t", account_id=1)
"""


@pytest.mark.parametrize(
    ("more", "times"),
    [("", 1), ("logging.basicConfig(stream=sys.stdout)", 1), ("warnings.simplefilter('ignore')", 0)],
)
def test_warnings_that_dagster_captures_are_in_its_log(more: str, times: int) -> None:
    """As ``dagster definitions validate`` does, where a captured warning is not seen otherwise."""
    done = python(CAPTURED.format(more=f"import warnings; {more}"))
    assert done.stdout.count("LegacyDbtCloudWarning: LDC101") == times


USES_IT = "from legacy_shim.deprecation import warn_use\n\n\nwarn_use('dbt_cloud_resource')"


@pytest.mark.parametrize("mark", ["pyproject.toml", "workspace.yaml", ".git", ""])
def test_the_command_takes_the_whole_project(tmp_path: Path, told: Any, mark: str) -> None:
    """A resource migrates with all that uses it, which the one file does not hold."""
    package = tmp_path / "a project" / "acme" / "jobs"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    if mark:
        (tmp_path / "a project" / mark).touch()
    path = package / "nightly.py"
    path.write_text(USES_IT)
    exec(compile(path.read_text(), str(path), "exec"), {"__name__": "acme.jobs.nightly"})
    assert str(ours(told)[0].message).endswith(f"{MIGRATE_COMMAND} '{tmp_path / 'a project'}'")


@pytest.mark.parametrize(
    ("comment", "says"),
    [("keep until finance moved", ". Kept on request: until finance moved."), ("keep", ". Kept on request.")],
)
def test_a_use_that_is_kept_names_the_reason_and_no_command(
    tmp_path: Path, told: Any, comment: str, says: str
) -> None:
    path = tmp_path / "kept.py"
    path.write_text(f"{USES_IT}  # legacy-shim: {comment}")
    exec(compile(path.read_text(), str(path), "exec"), {"__name__": "kept"})
    assert str(ours(told)[0].message).endswith(says)
    assert MIGRATE_COMMAND not in str(ours(told)[0].message)


def test_a_line_says_all_that_its_reader_needs(told: Any) -> None:
    use()
    (one,) = ours(told)
    text = str(one.message)
    assert (one.filename, one.lineno) == (HERE, LINE)
    assert text.startswith("LDC101 dbt_cloud_resource ")
    assert f"{HERE}:{LINE}" in text
    assert BY_NAME["dbt_cloud_resource"].replacement in text
    assert text.endswith(f"{MIGRATE_COMMAND} {Path(HERE).parents[2]}")
    assert "\n" not in text


@pytest.mark.parametrize("row", LEGACY_NAMES, ids=lambda row: row.name)
def test_every_name_of_the_catalogue_is_told_with_its_code(told: Any, row: Any) -> None:
    warn_use(row.name)
    (one,) = ours(told)
    assert str(one.message).startswith(f"{row.code} {row.name} ")
    assert row.replacement in str(one.message)


def test_a_call_site_is_told_once(told: Any) -> None:
    for _ in range(5):
        use()
    assert len(ours(told)) == 1


def test_two_lines_are_told_twice(told: Any) -> None:
    warn_use("dbt_cloud_resource")
    warn_use("dbt_cloud_resource")
    assert len({one.lineno for one in ours(told)}) == 2


def test_two_names_on_one_line_are_told_twice(told: Any) -> None:
    for name in ("dbt_cloud_resource", "load_assets_from_dbt_cloud_job"):
        warn_use(name)
    assert len(ours(told)) == 2


def test_the_category_is_one_of_dagsters() -> None:
    assert issubclass(LegacyDbtCloudWarning, SupersessionWarning)
    assert LegacyDbtCloudWarning.__module__ == "legacy_shim"


def test_filters_on_dagsters_category_apply(told: Any) -> None:
    warnings.simplefilter("ignore", SupersessionWarning)
    use()
    assert ours(told) == []


def test_dagsters_own_switch_silences_it(told: Any) -> None:
    from dagster._utils.warnings import disable_dagster_warnings

    with disable_dagster_warnings():
        use()
    assert ours(told) == []
    use()
    assert len(ours(told)) == 1


def test_as_an_error_it_is_raised_at_every_use() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", LegacyDbtCloudWarning)
        for _ in range(2):
            with pytest.raises(LegacyDbtCloudWarning, match="LDC101"):
                use()


def _direct(function: Callable[[], None]) -> Callable[[], None]:
    return function


def _wrapped(function: Callable[[], None]) -> Callable[[], None]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


WAYS: dict[str, Callable[[Callable[[], None]], Any]] = {
    "directly": _direct,
    "through a decorator": _wrapped,
    "through functools": lambda function: functools.lru_cache(functools.partial(function)),
    "through a mock": lambda function: mock.Mock(wraps=function),
    "through a dataclass": lambda function: dataclasses.make_dataclass(
        "Holder", [("held", Any, dataclasses.field(default_factory=function))]
    ),
    "through exec": lambda function: lambda: exec("function()", {"function": function}),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_the_line_is_the_users_through_wrappers(told: Any, way: Callable[[Callable[[], None]], Any]) -> None:
    way(use)()
    (one,) = ours(told)
    assert (one.filename, one.lineno) == (HERE, LINE)


def test_a_library_that_calls_a_legacy_name_is_not_blamed(told: Any) -> None:
    mock.Mock(side_effect=functools.partial(warn_use, "dbt_cloud_resource"))()
    (one,) = ours(told)
    assert one.filename == HERE, "the line that set it off, not unittest.mock"


def test_where_no_user_code_is_on_the_stack_something_is_named(told: Any) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(warn_use, "dbt_cloud_resource").result()
    (one,) = ours(told)
    assert str(one.message).startswith("LDC101")


def test_threads_tell_a_call_site_once(told: Any) -> None:
    barrier = threading.Barrier(16)

    def race() -> None:
        barrier.wait()
        for _ in range(50):
            use()

    threads = [threading.Thread(target=race) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ours(told)) == 1


def test_a_record_goes_to_the_logger(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="legacy_shim"):
        use()
        use()
    (record,) = [one for one in caplog.records if one.name == "legacy_shim"]
    assert (record.levelno, record.pathname, record.lineno) == (logging.WARNING, HERE, LINE)
    assert record.getMessage().startswith("LDC101 dbt_cloud_resource")
    assert record.legacy_code == "LDC101"  # type: ignore[attr-defined]


def test_levels_steer_the_record(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="legacy_shim"):
        use()
    assert caplog.records == []


def test_without_a_logging_setup_only_the_warning_is_shown() -> None:
    answer = python("from legacy_shim.deprecation import warn_use\nwarn_use('dbt_cloud_resource')")
    assert answer.stderr.count("LDC101") == 1, answer.stderr


@pytest.mark.parametrize("option", ["error::legacy_shim.LegacyDbtCloudWarning", "error:LDC"])
@pytest.mark.parametrize("where", ["option", "environment"])
def test_python_can_be_told_to_make_it_an_error(tmp_path: Path, option: str, where: str) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from legacy_shim.deprecation import warn_use\nwarn_use('dbt_cloud_resource')\nprint('went on')\n"
    )
    command = [sys.executable, *(["-W", option] if where == "option" else []), str(script)]
    environment = {"PYTHONWARNINGS": option} if where == "environment" else {}
    answer = subprocess.run(command, capture_output=True, text=True, env={**_environment(), **environment})
    assert answer.returncode == 1
    assert "LegacyDbtCloudWarning: LDC101" in answer.stderr
    assert "went on" not in answer.stdout


def _environment() -> dict[str, str]:
    import os

    return {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}


def test_an_ignored_category_is_not_shown() -> None:
    code = "from legacy_shim.deprecation import warn_use\nwarn_use('dbt_cloud_resource')"
    assert "LDC" not in python(code, "-W", "ignore::legacy_shim.LegacyDbtCloudWarning").stderr


def test_a_repeated_use_costs_next_to_nothing() -> None:
    use()
    best = min(timeit.repeat(use, timer=time.thread_time, number=500, repeat=80)) / 500
    assert best < 5e-6, f"{best * 1e6:.2f} µs"


@op
def legacy_op() -> None:
    use()
    use()


@op
def another_legacy_op() -> None:
    use()


@job
def legacy_job() -> None:
    legacy_op()
    another_legacy_op()


def _events(instance: DagsterInstance, run_id: str) -> list[str]:
    return [
        entry.user_message for entry in instance.all_logs(run_id) if "LDC101" in (entry.user_message or "")
    ]


def test_each_run_has_it_once_in_its_event_log(told: Any) -> None:
    with DagsterInstance.ephemeral() as instance:
        runs = [legacy_job.execute_in_process(instance=instance).run_id for _ in range(2)]
        lines = [_events(instance, run) for run in runs]
    assert [len(of_run) for of_run in lines] == [1, 1]
    assert f"{HERE}:{LINE}" in lines[0][0]
    assert len(ours(told)) == 1


def test_what_was_told_before_the_run_is_in_its_event_log_too() -> None:
    use()
    with DagsterInstance.ephemeral() as instance:
        run = legacy_job.execute_in_process(instance=instance).run_id
        assert len(_events(instance, run)) == 1


def test_a_logger_that_dagster_manages_does_not_double_it(tmp_path: Path) -> None:
    overrides = {"python_logs": {"managed_python_loggers": ["legacy_shim"]}}
    with DagsterInstance.local_temp(str(tmp_path), overrides=overrides) as instance:
        run = legacy_job.execute_in_process(instance=instance).run_id
        assert len(_events(instance, run)) == 1


def test_resources_of_a_run_are_told_in_its_event_log() -> None:
    @resource
    def legacy(_: object) -> None:
        use()

    @asset(required_resource_keys={"legacy"})
    def needs_it() -> None:
        pass

    definitions = Definitions(assets=[needs_it], resources={"legacy": legacy})
    with DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_implicit_global_asset_job_def().execute_in_process(instance=instance)
        assert len(_events(instance, result.run_id)) == 1


def test_forgetting_tells_again(told: Any) -> None:
    use()
    forget_call_sites()
    use()
    assert len(ours(told)) == 2


USER_FILE = """
from dagster import job, op
from legacy_shim.deprecation import warn_use

@op
def legacy_op():
    warn_use("dbt_cloud_resource")

@job
def the_job():
    legacy_op()
"""


def test_steps_in_processes_of_their_own_have_it_in_the_event_log(tmp_path: Path) -> None:
    (tmp_path / "user_file.py").write_text(USER_FILE)
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    command = [sys.executable, "-m", "dagster", "job", "execute", "-f", "user_file.py", "-j", "the_job"]
    environment = {**_environment(), "DAGSTER_HOME": str(home)}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    with DagsterInstance.from_config(str(home)) as instance:
        (run,) = instance.get_runs()
        (line,) = _events(instance, run.run_id)
    assert f"{tmp_path / 'user_file.py'}:7" in line
