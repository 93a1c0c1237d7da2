"""The wheel and the sdist, installed as users install them, do what the checkout does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipapp
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
KEPT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", "build", "dist", "*.egg-info", ".*_cache", "__pycache__", ".upstream"
)


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    checkout = folder / "checkout"
    shutil.copytree(REPOSITORY, checkout, ignore=KEPT_OUT, symlinks=True)
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(folder), str(checkout)],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="module")
def python(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a virtualenv with the wheel; what it depends on comes from the environment of the tests."""
    venv = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    interpreter = venv / "bin" / "python"
    (site,) = venv.glob("lib/python*/site-packages")
    # A path in a .pth file is no site folder: the editable install of the tests does not come along.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (wheel,) = dist.glob("*.whl")
    subprocess.run([interpreter, "-m", "pip", "install", "-q", "--no-deps", str(wheel)], check=True)
    return interpreter


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's folder, with a package of theirs that is called `codemods` too."""
    (tmp_path / "codemods").mkdir()
    (tmp_path / "codemods" / "__init__.py").write_text("raise ImportError('this one is the user\\'s')\n")
    shutil.copytree(REPOSITORY / "examples" / "legacy_project", tmp_path / "project")
    (tmp_path / "dbt_cloud_jobs.json").write_text(
        '{"version": 1, "host": "https://cloud.getdbt.com", "account_id": 12345, "jobs": {"67890": {"name": "Nightly",'
        ' "project_id": 11, "environment_id": 22, "execute_steps": ["dbt seed", "dbt build --select tag:daily"],'
        ' "name_is_unique": true, "triggers": {"schedule": false}}}}'
    )
    return tmp_path


def run(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(python), *arguments], cwd=folder, capture_output=True, text=True)


def test_the_wheel_holds_the_packages_and_nothing_else(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith((".dist-info", ".data", ".pth"))} == {"legacy_shim"}
    assert {"legacy_shim/codemods/constructs/loads/rewrite.py", "legacy_shim/py.typed"} <= set(names)
    shipped = {
        str(path.relative_to(REPOSITORY / "codemods")) for path in (REPOSITORY / "codemods").rglob("*.py")
    }
    assert {f"legacy_shim/codemods/{name}" for name in shipped} <= set(names)


def test_the_installed_wheel_migrates_the_example_and_a_second_time_changes_nothing(
    python: Path, folder: Path
) -> None:
    first = run(python, folder, "-m", "legacy_shim.codemods", "migrate", "project", "--env-file", "/dev/null")
    assert first.returncode == 0, first.stdout + first.stderr
    texts = {path: path.read_bytes() for path in (folder / "project").rglob("*.py")}
    assert any(b"@dbt_cloud_assets" in text for text in texts.values())
    assert not any(b"load_assets_from_dbt_cloud_job" in text for text in texts.values())
    second = run(python, folder, "-m", "legacy_shim.codemods", "migrate", "project")
    assert second.returncode == 0, second.stdout + second.stderr
    assert {path: path.read_bytes() for path in (folder / "project").rglob("*.py")} == texts


def test_the_facade_of_the_wheel_is_the_one_that_is_imported(python: Path, folder: Path) -> None:
    code = (
        "import legacy_shim.codemods, legacy_shim; print(legacy_shim.__file__, legacy_shim.codemods.__file__)"
    )
    done = run(python, folder, "-c", code)
    assert done.returncode == 0, done.stderr
    assert all(str(python.parents[1]) in path for path in done.stdout.split())


def _why(code: str) -> str:
    """A line of the guide that the catalogue does not have."""
    guide = (REPOSITORY / "MIGRATION.md").read_text("utf-8")
    section = guide.partition(f"### {code} ")[2].partition("\n### ")[0]
    return section.split("\n\n")[3].splitlines()[0]


def test_explain_shows_the_guide_of_a_virtualenv(python: Path, folder: Path) -> None:
    done = run(python, folder, "-m", "legacy_shim.codemods", "explain", "LDC204")
    assert _why("LDC204") in done.stdout, done.stderr


@pytest.fixture(scope="module")
def target(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that ``pip install --target`` filled."""
    folder = tmp_path_factory.mktemp("target")
    (wheel,) = dist.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder), str(wheel)]
    subprocess.run(pip, check=True)
    return folder


def test_explain_shows_the_guide_of_a_target_folder(target: Path, folder: Path) -> None:
    done = run_bare(folder, target, "-m", "legacy_shim.codemods", "explain", "LDC204")
    assert _why("LDC204") in done.stdout, done.stderr


def test_explain_shows_the_guide_of_a_zipapp(target: Path, folder: Path) -> None:
    archive = folder / "legacy-shim.pyz"
    zipapp.create_archive(target, archive, main="legacy_shim.codemods.commands.cli:main")
    done = run_bare(folder, target / "none", str(archive), "explain", "LDC204")
    assert _why("LDC204") in done.stdout, done.stderr


def run_bare(folder: Path, path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run where this project is found on a search path alone, and its dependencies where they are installed."""
    search = os.pathsep.join([str(path), sysconfig.get_path("purelib")])
    env = {**os.environ, "PYTHONPATH": search}
    bare = [
        sys.executable,
        "-S",
        *arguments,
    ]  # no site: the editable install of the tests does not come along
    return subprocess.run(bare, cwd=folder, env=env, capture_output=True, text=True)


def test_after_an_uninstall_nothing_acts(dist: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    interpreter = venv / "bin" / "python"
    (wheel,) = dist.glob("*.whl")
    pip = [str(interpreter), "-m", "pip", "-q"]
    subprocess.run([*pip, "install", "--no-deps", str(wheel)], check=True)
    enabled = run(interpreter, tmp_path, "-m", "legacy_shim", "enable")
    assert enabled.returncode == 0, enabled.stderr
    loaded = ("-c", "import sys; print('legacy_shim.import_hook' in sys.modules)")
    assert run(interpreter, tmp_path, *loaded).stdout.strip() == "True"
    subprocess.run([*pip, "uninstall", "-y", "legacy-shim"], check=True)
    # What another folder on the search path has under this name is not what was installed.
    stray = tmp_path / "stray" / "legacy_shim"
    stray.mkdir(parents=True)
    (stray / "__init__.py").touch()
    (stray / "_autoinstall.py").write_text("print('it acts')")
    for path in ("", str(tmp_path / "stray")):
        done = subprocess.run(
            [str(interpreter), *loaded],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
        )
        assert (done.stdout.strip(), done.stderr) == ("False", "")


def test_a_copy_that_nobody_installed_is_not_enabled(target: Path, tmp_path: Path) -> None:
    shutil.copytree(target / "legacy_shim", tmp_path / "copy" / "legacy_shim")
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    done = subprocess.run(
        [str(venv / "bin" / "python"), "-m", "legacy_shim", "enable"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "copy")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "not installed in this environment" in done.stderr
    assert not list(venv.rglob("legacy_shim_install.pth"))


def test_a_tree_without_legacy_code_is_untouched(python: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.py"
    plain.write_bytes(b"from dagster_dbt import DbtCliResource\r\n# load_assets_from_dbt_cloud_job\r\nx = 1")
    before = (plain.read_bytes(), plain.stat().st_mtime_ns)
    done = run(python, tmp_path, "-m", "legacy_shim.codemods", "migrate", ".")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (plain.read_bytes(), plain.stat().st_mtime_ns) == before


def test_the_script_is_the_command_line_and_shells_complete_it(python: Path, folder: Path) -> None:
    script = python.with_name("legacy-shim")
    help_text = subprocess.run([script, "--help"], capture_output=True, text=True).stdout
    assert "Usage: legacy-shim" in help_text
    assert "--install-completion" in help_text
    asked = {"_LEGACY_SHIM_COMPLETE": "complete_bash", "COMP_WORDS": "legacy-shim mi", "COMP_CWORD": "1"}
    done = subprocess.run([script], env={**os.environ, **asked}, capture_output=True, text=True)
    assert done.stdout.split() == ["migrate"], done.stderr
    assert subprocess.run([script, "scan", "project"], cwd=folder, capture_output=True).returncode == 1
    module = run(python, folder, "-m", "legacy_shim.codemods", "--help").stdout
    assert "--install-completion" not in module
