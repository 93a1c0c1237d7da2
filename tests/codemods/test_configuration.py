"""`[tool.legacy-shim]` in pyproject.toml, and the command line that wins over it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_runner import FACTS, LEGACY, make_project, run

from legacy_shim.codemods.commands.configuration import settings_for

PROGRAM = LEGACY.replace("HOST", "https://cloud.getdbt.com")
BY_JOB = PROGRAM.replace("job_id=67890", 'job_id=int(os.environ["JOB"])')
STAGING = {**FACTS["jobs"]["67890"], "name": "Staging", "environment_id": 23}  # type: ignore[index]


def configure(folder: Path, text: str) -> None:
    (folder / "pyproject.toml").write_text(f"[project]\nname = 'x'\n\n[tool.legacy-shim]\n{text}")


def test_facts_and_deployments_are_seen_from_the_file(tmp_path: Path) -> None:
    make_project(tmp_path)
    (tmp_path / "dbt_cloud_jobs.json").unlink()
    for folder in ("src", "envs", "facts"):
        (tmp_path / folder).mkdir()
    (tmp_path / "defs.py").rename(tmp_path / "src" / "defs.py")
    (tmp_path / "src" / "defs.py").write_text(BY_JOB)
    document = {**FACTS, "jobs": {**FACTS["jobs"], "67900": STAGING}}  # type: ignore[dict-item]
    (tmp_path / "facts" / "jobs.json").write_text(json.dumps(document))
    (tmp_path / "envs" / "prod.env").write_text("JOB=67890\n")
    (tmp_path / "envs" / "two.env").write_text("JOB=67900\n")
    configure(
        tmp_path,
        'facts = ["facts/jobs.json"]\n[tool.legacy-shim.deployments]\nprod = "envs/prod.env"\nstaging = "envs/two.env"\n',
    )
    done = run(tmp_path / "src", "migrate", ".")
    assert done.returncode == 0, done.stdout + done.stderr
    text = (tmp_path / "src" / "defs.py").read_text()
    assert '67900: {"environment_id": 23, "name": "Staging"}' in text
    assert "job 67890 in prod, job 67900 in staging" in done.stdout


def test_the_command_line_wins(tmp_path: Path) -> None:
    make_project(tmp_path)
    (tmp_path / "defs.py").write_text(BY_JOB)
    (tmp_path / "prod.env").write_text("JOB=67890\n")
    configure(
        tmp_path, 'facts = "none.json"\ndeployments = ["none.env"]\nformat = "json"\nexclude = ["defs.py"]\n'
    )
    given = ["--facts", "dbt_cloud_jobs.json", "--env-file", "prod.env", "--format", "text", "--exclude", "x"]
    done = run(tmp_path, "migrate", ".", *given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "environment_id=22" in (tmp_path / "defs.py").read_text()
    assert not done.stdout.startswith("{")


def test_exclude_format_and_version(tmp_path: Path) -> None:
    make_project(tmp_path)
    (tmp_path / "other.py").write_text(PROGRAM)
    configure(tmp_path, 'exclude = ["other.py"]\nformat = "json"\ndagster-dbt = "0.28.0"\n')
    done = run(tmp_path, "scan", ".")
    assert {row["path"] for row in json.loads(done.stdout)["findings"]} == {"defs.py"}
    configure(tmp_path, 'dagster-dbt = "0.1"\n')
    done = run(tmp_path, "scan", ".")
    assert done.returncode == 2
    assert "v2 needs dagster-dbt 0.28" in done.stderr


def test_a_patch_is_a_patch_whatever_the_format(tmp_path: Path) -> None:
    make_project(tmp_path)
    configure(tmp_path, 'format = "github"\n')
    done = run(tmp_path, "migrate", "--diff", ".")
    assert "+++ b/defs.py" in done.stdout


def test_a_baseline_serves_scans_and_gives_way_to_a_new_one(tmp_path: Path) -> None:
    make_project(tmp_path)
    configure(tmp_path, 'baseline = "accepted.json"\n')
    assert run(tmp_path, "scan", ".", "--write-baseline", "accepted.json").returncode == 0
    assert run(tmp_path, "scan", ".").returncode == 0
    (tmp_path / "more.py").write_text(PROGRAM)
    assert run(tmp_path, "scan", ".").returncode == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("deploymets = []\n", "pyproject.toml: tool.legacy-shim.deploymets: unknown key"),
        ("exclude = 3\n", "pyproject.toml: tool.legacy-shim.exclude: expected a list of strings"),
        ("facts = [1]\n", "pyproject.toml: tool.legacy-shim.facts: expected a list of strings"),
        ("baseline = []\n", "pyproject.toml: tool.legacy-shim.baseline: expected a string"),
        ('format = "xml"\n', "pyproject.toml: tool.legacy-shim.format: expected one of text, json"),
        ('to = "op"\n', "pyproject.toml: tool.legacy-shim.to: expected one of decorator, component, specs"),
        ("deployments = {prod = 1}\n", "pyproject.toml: tool.legacy-shim.deployments: expected NAME = FILE"),
        ('facts = "../../etc/x.json"\n', "tool.legacy-shim.facts: ../../etc/x.json is outside of the repository"),
        ("exclude = [\n", "pyproject.toml: it is not TOML"),
        (f"exclude = {'[' * 9000}\n", "pyproject.toml: it is not TOML: it is nested too deeply"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["scan", "migrate", "lookup", "verify --definitions defs"])
def test_what_is_wrong_is_named(tmp_path: Path, command: str, text: str, said: str) -> None:
    make_project(tmp_path)
    configure(tmp_path, text)
    before = (tmp_path / "defs.py").read_text()
    done = run(tmp_path, *command.split(), ".")
    assert done.returncode == 2
    assert said in done.stderr
    assert (tmp_path / "defs.py").read_text() == before


@pytest.mark.parametrize("text", ["[tool.other]\nx = 1\n", "this is = = not toml", "# legacy-shim\n"])
def test_a_file_without_the_table_says_nothing(tmp_path: Path, text: str) -> None:
    make_project(tmp_path)
    (tmp_path / "pyproject.toml").write_text(text)
    assert run(tmp_path, "migrate", "--check", ".").returncode == 1


def test_a_file_above_the_repository_is_not_read(tmp_path: Path) -> None:
    configure(tmp_path, "nonsense = 1\n")
    (tmp_path / "repository").mkdir()
    make_project(tmp_path / "repository")
    assert run(tmp_path / "repository", "migrate", "--check", ".").returncode == 1


def test_an_env_file_that_was_not_read_is_named(tmp_path: Path) -> None:
    make_project(tmp_path)
    (tmp_path / "defs.py").write_text(BY_JOB)
    (tmp_path / ".env").write_text("JOB=67890\n")
    done = run(tmp_path, "migrate", "--check", ".")
    assert ".env is there and was not read" in done.stdout
    assert "lookup --env-file .env ." in done.stdout
    done = run(tmp_path, "migrate", "--check", ".", "--env-file", ".env")
    assert "was not read" not in done.stdout


def test_the_example_of_the_guide_is_read(tmp_path: Path) -> None:
    guide = (Path(__file__).resolve().parents[2] / "MIGRATION.md").read_text()
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text(guide.partition("```toml\n")[2].partition("```")[0])
    assert settings_for([tmp_path]) == {
        "exclude": ["vendored/"],
        "facts": [str(tmp_path / "dbt_cloud_jobs.json")],
        "baseline": str(tmp_path / "legacy_shim_baseline.json"),
        "dagster_dbt": "0.28.20",
        "to": "decorator",
        "form": "text",
        "deployment": [f"{name}={tmp_path}/envs/{name}.env" for name in ("prod", "staging")],
    }
