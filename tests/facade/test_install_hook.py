"""The old spellings resolve to the facade while the hook is installed, on every kind of dagster-dbt."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from forked_python import ForkedPython
from loading import SHIPS_LEGACY, python

sys.path.insert(0, str(Path(__file__).parents[1] / "upstream"))
from without_legacy import copy_without_legacy

from legacy_shim.catalogue import LEGACY_MODULES, LEGACY_NAMES

PUBLIC = sorted(row.name for row in LEGACY_NAMES if row.public)
ORDERS = {
    "installed first": "import legacy_shim; legacy_shim.install()\nimport dagster_dbt\n",
    "imported first": "import dagster_dbt\nimport legacy_shim; legacy_shim.install()\n",
    "submodule imported first": (
        "import dagster_dbt.cloud_v2\n"
        "try: import dagster_dbt.cloud.asset_defs\n"
        "except ImportError: pass\n"
        "import legacy_shim; legacy_shim.install()\n"
    ),
    "facade imported first": (
        "import legacy_shim.cloud.resources, legacy_shim.cloud.asset_defs, legacy_shim.cloud.utils\n"
        "legacy_shim.install()\n"
    ),
    "installed by the facade's use": "import legacy_shim; legacy_shim.install(); legacy_shim.dbt_cloud_resource\n",
}

Run = Callable[[str], str]


@pytest.fixture(scope="module")
def bare_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed dagster-dbt, less its legacy package."""
    site = tmp_path_factory.mktemp("site")
    copy_without_legacy(site)
    return site


@pytest.fixture(scope="module")
def forked() -> Iterator[ForkedPython]:
    with ForkedPython() as process:
        yield process


@pytest.fixture(params=["with its legacy package", "without it"])
def run(request: pytest.FixtureRequest, bare_site: Path, forked: ForkedPython) -> Run:
    """Run code on a dagster-dbt of that kind; the answer is what it prints."""
    if request.param == "with its legacy package" and not SHIPS_LEGACY:
        pytest.skip("the installed dagster-dbt has no legacy package")
    site = str(bare_site) if request.param == "without it" else None

    def run_code(code: str) -> str:
        return forked.run(code, first_on_path=site).strip()

    return run_code


@pytest.fixture(params=["with its legacy package", "without it"])
def run_anew(request: pytest.FixtureRequest, bare_site: Path) -> Run:
    """The same in a new Python, for code that looks at what is loaded."""
    if request.param == "with its legacy package" and not SHIPS_LEGACY:
        pytest.skip("the installed dagster-dbt has no legacy package")
    environment = {"PYTHONPATH": str(bare_site)} if request.param == "without it" else {}

    def run_code(code: str) -> str:
        answer = python(code, "-W", "ignore", anew=True, **environment)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.strip()

    return run_code


def test_the_two_kinds_are_what_they_say(bare_site: Path) -> None:
    code = "import importlib.util as u; print(bool(u.find_spec('dagster_dbt.cloud')), hasattr(__import__('dagster_dbt'), 'dbt_cloud_resource'))"
    assert python(code, "-W", "ignore").stdout.strip() == f"{SHIPS_LEGACY} {SHIPS_LEGACY}"
    assert python(code, "-W", "ignore", PYTHONPATH=str(bare_site)).stdout.strip() == "False False"


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_every_old_spelling_is_the_facades(run: Run, order: str) -> None:
    code = order + (
        "import importlib, legacy_shim\n"
        "from legacy_shim.catalogue import LEGACY_NAMES, LEGACY_MODULES\n"
        "import dagster_dbt, dagster_dbt.cloud\n"
        "wrong = []\n"
        "for module in LEGACY_MODULES:\n"
        "    old = importlib.import_module(f'dagster_dbt.cloud.{module}')\n"
        "    if old is not importlib.import_module(f'legacy_shim.cloud.{module}'): wrong.append(module)\n"
        "    if getattr(dagster_dbt.cloud, module) is not old: wrong.append(module)\n"
        "for row in LEGACY_NAMES:\n"
        "    mine = getattr(legacy_shim, row.name)\n"
        "    if getattr(importlib.import_module(f'dagster_dbt.cloud.{row.module}'), row.name) is not mine: wrong.append(row)\n"
        "    if row.public:\n"
        "        exec(f'from dagster_dbt import {row.name} as a; from dagster_dbt.cloud import {row.name} as b')\n"
        "        if not (a is b is mine is getattr(dagster_dbt, row.name)): wrong.append(row)\n"
        "import sys\n"
        "from dagster_dbt import dbt_assets, DbtCloudWorkspace, DagsterDbtTranslator\n"
        "wrong += [m for m, v in sys.modules.items() if getattr(v, '__file__', None) and '/dagster_dbt/cloud/' in v.__file__]\n"
        "print(wrong)"
    )
    if order.startswith("import dagster_dbt"):  # then upstream's modules may be there, but out of reach
        code = code.replace("wrong += [m for", "[m for")
    assert run(code) == "[]"


def test_star_import_brings_the_facades_names(run: Run) -> None:
    code = (
        "import legacy_shim; legacy_shim.install()\n"
        "from dagster_dbt import *\n"
        "print(dbt_cloud_resource is legacy_shim.dbt_cloud_resource, dbt_assets.__module__)"
    )
    assert run(code) == "True dagster_dbt.asset_decorator"


def test_installing_imports_nothing(run_anew: Run) -> None:
    code = (
        "import sys, legacy_shim; legacy_shim.install(); legacy_shim.install()\n"
        "print([m for m in sys.modules if m.startswith(('dagster', 'legacy_shim.cloud'))])\n"
        "import dagster_dbt\n"
        "print([m for m in sys.modules if m.startswith(('dagster_dbt.cloud.', 'legacy_shim.cloud'))])"
    )
    assert run_anew(code).splitlines() == ["[]", "[]"]


@pytest.mark.parametrize("reloaded", ["", "importlib.reload(dagster_dbt)\n"], ids=["", "reloaded"])
@pytest.mark.parametrize("order", ["installed first", "imported first"])
def test_uninstalling_leaves_no_trace(run: Run, order: str, reloaded: str) -> None:
    probe = (
        "def probe():\n"
        "    import importlib, sys, dagster_dbt\n"
        "    found = [type(dagster_dbt).__name__, [type(f).__name__ for f in sys.meta_path if 'Legacy' in type(f).__name__]]\n"
        f"    for name in {PUBLIC}:\n"
        "        value = getattr(dagster_dbt, name, None)\n"
        "        found.append((name, getattr(value, '__module__', None) if name != 'dbt_cloud_resource' else type(value).__module__))\n"
        f"    for module in {list(LEGACY_MODULES)}:\n"
        "        try: found.append(importlib.import_module(f'dagster_dbt.cloud.{module}').__name__)\n"
        "        except ImportError: found.append(None)\n"
        "    found.append(sorted(k for k in vars(dagster_dbt) if not k.startswith('__')))\n"
        "    return found\n"
    )
    used = (
        "import dagster_dbt, dagster_dbt.cloud.resources, importlib\n"
        f"{reloaded}"
        "from dagster_dbt import dbt_cloud_resource\n"
        "legacy_shim.uninstall(); legacy_shim.uninstall()\n"
    )
    plain = run(probe + "print(probe())")
    assert run(probe + ORDERS[order] + used + "print(probe())") == plain
    again = (
        ORDERS[order]
        + used
        + "legacy_shim.install()\nfrom dagster_dbt import DbtCloudResource as r\nprint(r.__module__)"
    )
    assert run(again).startswith("legacy_shim.")


def test_threads_may_import_old_spellings_at_once(run: Run) -> None:
    code = (
        "import legacy_shim, threading, sys; legacy_shim.install()\n"
        "sys.setswitchinterval(1e-5)\n"
        "got = []\n"
        "def take():\n"
        "    import dagster_dbt.cloud.asset_defs\n"
        "    from dagster_dbt import dbt_cloud_resource, DbtCloudOutput\n"
        "    got.append(dbt_cloud_resource is legacy_shim.dbt_cloud_resource)\n"
        "threads = [threading.Thread(target=take) for _ in range(8)]\n"
        "[thread.start() for thread in threads]\n"
        "[thread.join() for thread in threads]\n"
        "print(got)"
    )
    assert run(code) == str([True] * 8)


def test_mocks_of_old_spellings_take_hold_and_let_go(run: Run) -> None:
    code = (
        "import legacy_shim; legacy_shim.install()\n"
        "from unittest import mock\n"
        "import legacy_shim.cloud.resources as mine\n"
        "before = mine.DbtCloudClient.run_job_and_poll\n"
        "with mock.patch('dagster_dbt.cloud.resources.DbtCloudClient.run_job_and_poll') as m:\n"
        "    print(mine.DbtCloudClient.run_job_and_poll is m)\n"
        "print(mine.DbtCloudClient.run_job_and_poll is before)\n"
        "import dagster_dbt\n"
        "with mock.patch('dagster_dbt.dbt_cloud_resource') as m:\n"
        "    print(dagster_dbt.dbt_cloud_resource is m)\n"
        "print(dagster_dbt.dbt_cloud_resource is legacy_shim.dbt_cloud_resource)\n"
    )
    assert run(code).split() == ["True"] * 4


def test_modules_that_legacy_never_had_stay_unknown(run: Run) -> None:
    code = (
        "import legacy_shim; legacy_shim.install()\n"
        "for name in ('commands', 'client', 'nothing'):\n"
        "    try: __import__(f'dagster_dbt.cloud.{name}')\n"
        "    except ModuleNotFoundError as error: print(error.name)\n"
        "try: from dagster_dbt import no_such_name\n"
        "except ImportError as error: print(error.name)\n"
    )
    assert run(code).split() == [
        f"dagster_dbt.cloud.{name}" for name in ("commands", "client", "nothing")
    ] + ["dagster_dbt"]


def test_the_package_can_be_looked_into_before_it_is_imported(run: Run) -> None:
    code = (
        "import legacy_shim; legacy_shim.install()\n"
        "import importlib.util, pkgutil, sys\n"
        "print(pkgutil.get_data('dagster_dbt', 'py.typed'))\n"
        "print('cloud_v2' in importlib.util.find_spec('dagster_dbt').loader.get_source('dagster_dbt'))"
    )
    assert run(code).splitlines()[-1] == "True"
    assert run(code).splitlines()[0] != "None"


def test_the_package_itself_is_unharmed(run: Run) -> None:
    code = (
        "import legacy_shim; legacy_shim.install()\n"
        "import dagster_dbt, importlib.resources, inspect\n"
        "print(type(dagster_dbt.__spec__.loader).__name__, type(dagster_dbt.__loader__).__name__)\n"
        "print(importlib.resources.files('dagster_dbt').joinpath('py.typed').is_file())\n"
        "print('cloud_v2' in inspect.getsource(dagster_dbt))\n"
        "print({'dbt_cloud_resource', 'dbt_assets', '__version__'} <= set(dir(dagster_dbt)))\n"
        "import pickle; print(pickle.loads(pickle.dumps(dagster_dbt.DbtCloudResource)) is legacy_shim.DbtCloudResource)"
    )
    assert run(code).split() == ["SourceFileLoader", "SourceFileLoader", "True", "True", "True", "True"]


def test_old_spellings_are_told_at_the_users_line(run: Run, tmp_path: Path) -> None:
    user = tmp_path / "user.py"
    user.write_text(
        "import dagster_dbt\n"
        "from dagster_dbt import dbt_assets, dbt_cloud_resource, DbtCloudClientResource\n"
        "import dagster_dbt.cloud.utils\n"
        "dagster_dbt.DbtCloudOutput\n"
        "dagster_dbt.dbt_assets\n"
    )
    code = (
        "import warnings, runpy, legacy_shim; legacy_shim.install()\n"
        "warnings.simplefilter('always')\n"
        "with warnings.catch_warnings(record=True) as caught:\n"
        f"    runpy.run_path({str(user)!r})\n"
        "print([(w.lineno, str(w.message).split()[0]) for w in caught if w.category is legacy_shim.LegacyDbtCloudWarning])"
    )
    assert ast.literal_eval(run(code)) == [(2, "LDC101"), (4, "LDC106")]


def test_a_command_of_the_old_module_is_the_facades(run: Run) -> None:
    code = (
        "import sys, runpy, legacy_shim; legacy_shim.install()\n"
        "sys.argv = ['cli', 'cache-compile-references', '--help']\n"
        "try: runpy.run_module('dagster_dbt.cloud.cli', run_name='__main__')\n"
        "except SystemExit as end: print('exit', end.code)"
    )
    assert run(code).endswith("exit 0")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment that sees the packages of this one. Returns its Python."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    interpreter = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    purelib = _answer(interpreter, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    paths = [path for path in sys.path if path.endswith("site-packages")] + [str(Path(__file__).parents[2])]
    (Path(purelib) / "a_parent.pth").write_text("\n".join(paths) + "\n")
    return interpreter


def _answer(interpreter: Path, *arguments: str, ok: tuple[int, ...] = (0,), **environment: str) -> str:
    clean = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "LEGACY_SHIM_INSTALL")
    }
    done = subprocess.run(
        [str(interpreter), "-W", "ignore", *arguments],
        capture_output=True,
        text=True,
        env={**clean, **environment},
    )
    assert done.returncode in ok, done.stderr
    return done.stdout.strip()


WHOSE = (
    "-c",
    "import dagster_dbt; print(getattr(dagster_dbt, 'DbtCloudOutput', type(None)).__module__.split('.')[0])",
)
NOT_OURS = "dagster_dbt" if SHIPS_LEGACY else "builtins"


def test_an_environment_can_be_switched_without_a_change_of_code(environment: Path) -> None:
    assert _answer(environment, "-m", "legacy_shim", "status", ok=(1,)).startswith("Not enabled")
    assert _answer(environment, *WHOSE) == NOT_OURS, "off unless asked for"
    try:
        _answer(environment, "-m", "legacy_shim", "enable")
        assert _answer(environment, "-m", "legacy_shim", "status").startswith("Enabled")
        assert _answer(environment, *WHOSE) == "legacy_shim"
        assert _answer(environment, *WHOSE, LEGACY_SHIM_INSTALL="0") == NOT_OURS
        heavy = "import sys; print([m for m in sys.modules if m.startswith(('dagster', 'libcst', 'legacy_shim.cloud'))])"
        assert _answer(environment, "-c", heavy) == "[]", "every Python of the environment runs this"
    finally:
        _answer(environment, "-m", "legacy_shim", "disable")
    assert _answer(environment, *WHOSE) == NOT_OURS


def test_the_switch_is_quiet_where_the_package_is_gone(environment: Path) -> None:
    _answer(environment, "-m", "legacy_shim", "enable")
    try:
        parent = next(environment.parents[1].glob("lib*/python*/site-packages/a_parent.pth"))
        kept = parent.read_text()
        parent.write_text("")
        done = subprocess.run([str(environment), "-c", "print('fine')"], capture_output=True, text=True)
        parent.write_text(kept)
        assert (done.stdout.strip(), done.stderr) == ("fine", "")
    finally:
        _answer(environment, "-m", "legacy_shim", "disable")
