"""Job ids that stand in a YAML, JSON or TOML file beside the code: read, and refused where the file comes to name another."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

from legacy_shim.codemods.facts.deployments import Deployment

HEAD = """
import json
import os
from pathlib import Path
import yaml
from dagster import Definitions, file_relative_path
from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job

dbt_cloud = DbtCloudClientResource(auth_token=os.environ["DBT_CLOUD_API_TOKEN"], account_id=12345)
HERE = Path(__file__).parent
"""
TAIL = """
models = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=JOB)
defs = Definitions(assets=[models])
"""
YAML = """
job: 67890
text: "67890"
named: {nightly: 67890}
jobs: [{id: 67890, name: nightly}]
stages: {prod: {job: 67890}, dev: {job: 67891}}
other: 67891
none: null
on_date: 2024-01-01
base: &base {job: 67890}
derived: {<<: *base}
"""
FILES = {"conf.yml": YAML, "jobs.json": '{"job": 67890}', "jobs.toml": "job = 67890\n"}
READ = {
    "read_text": 'JOB = yaml.safe_load((HERE / "conf.yml").read_text())["job"]\n',
    "open": 'CONF = yaml.safe_load(open(HERE / "conf.yml"))\nJOB = CONF["named"]["nightly"]\n',
    "with": 'with open(os.path.join(os.path.dirname(__file__), "jobs.json")) as f:\n    CONF = json.load(f)\nJOB = CONF["job"]\n',
    "json_of_a_text": 'JOB = json.loads(HERE.joinpath("jobs.json").read_text())["job"]\n',
    "handle_that_is_read": 'with (HERE / "conf.yml").open() as f:\n    CONF = yaml.safe_load(f.read())\nJOB = CONF["job"]\n',
    "loader": 'CONF = yaml.load(open(HERE / "conf.yml"), Loader=yaml.SafeLoader)\nJOB = CONF["job"]\n',
    "relative_to_the_file": 'CONF = yaml.safe_load(open(file_relative_path(__file__, "conf.yml")))\nJOB = CONF["job"]\n',
    "toml": 'import tomllib\nJOB = tomllib.loads((HERE / "jobs.toml").read_text())["job"]\n',
    "text": 'JOB = int(yaml.safe_load(open(HERE / "conf.yml"))["text"])\n',
    "list": 'JOB = yaml.safe_load(open(HERE / "conf.yml"))["jobs"][0]["id"]\n',
    "alias": 'JOB = yaml.safe_load(open(HERE / "conf.yml"))["derived"]["job"]\n',
    "get": 'JOB = yaml.safe_load(open(HERE / "conf.yml")).get("job")\n',
    "function": 'def conf():\n    with open(HERE / "conf.yml") as f:\n        return yaml.safe_load(f)\n\nJOB = conf()["job"]\n',
    "cached": 'import functools\n@functools.cache\ndef conf():\n    return yaml.safe_load((HERE / "conf.yml").read_text())\n\nJOB = conf()["job"]\n',
    "object": 'class Conf:\n    def __init__(self):\n        self.data = yaml.safe_load(open(HERE / "conf.yml"))\n\nconf = Conf()\nJOB = conf.data["job"]\n',
    "beside_a_number": 'JOB = 67890\nif os.environ.get("X"):\n    JOB = yaml.safe_load(open(HERE / "conf.yml"))["job"]\n',
}  # fmt: skip
KEPT = {
    "working_directory": 'JOB = yaml.safe_load(open("conf.yml"))["job"]\n',
    "path_of_the_environment": 'JOB = yaml.safe_load(open(HERE / os.environ["CONF"]))["job"]\n',
    "other_loader": 'from theirs import Loader\nJOB = yaml.load(open(HERE / "conf.yml"), Loader=Loader)["job"]\n',
    "hook": 'JOB = json.load(open(HERE / "jobs.json"), object_hook=dict)["job"]\n',
    "other_reader": 'from theirs import load\nJOB = load(open(HERE / "conf.yml"))["job"]\n',
    "own_open": 'def open(path):\n    return "job: 67891"\n\nJOB = yaml.safe_load(open(HERE / "conf.yml"))["job"]\n',
    "no_such_file": 'JOB = yaml.safe_load(open(HERE / "none.yml"))["job"]\n',
    "no_yaml": 'JOB = yaml.safe_load(open(HERE / "bad.yml"))["job"]\n',
    "above_all_files": 'JOB = yaml.safe_load(open(HERE.parent / "conf.yml"))["job"]\n',
    "link_to_outside": 'JOB = yaml.safe_load(open(HERE / "link.yml"))["job"]\n',
    "no_such_key": 'JOB = yaml.safe_load(open(HERE / "conf.yml"))["nothing"]\n',
    "default": 'JOB = yaml.safe_load(open(HERE / "conf.yml")).get("nothing", 67890)\n',
    "or": 'JOB = yaml.safe_load(open(HERE / "conf.yml"))["none"] or 67890\n',
    "date": 'JOB = yaml.safe_load(open(HERE / "conf.yml"))["on_date"]\n',
    "put_in_by_others": 'from theirs import fill\nCONF = yaml.safe_load(open(HERE / "conf.yml"))\nfill(CONF)\nJOB = CONF["job"]\n',
    "template": 'CONF = yaml.safe_load((HERE / "conf.yml").read_text().format(**os.environ))\nJOB = CONF["job"]\n',
    "handle_bound_twice": 'f = open(HERE / "conf.yml")\nif os.environ.get("X"):\n    f = open(HERE / "jobs.json")\nJOB = yaml.safe_load(f)["job"]\n',
    "too_much": 'JOB = yaml.safe_load(open(HERE / "many.yml"))["job"]\n',
}  # fmt: skip


def _migrated(folder: Path, code: str) -> str:
    (folder / "conf.yml").write_text(YAML)
    given = folder / "given"
    given.mkdir()
    (given / "link.yml").symlink_to(folder / "conf.yml")
    many = "a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    files = {**FILES, "bad.yml": "job: [67890\n", "many.yml": many + "job: 67890\n"}
    for name, text in files.items():
        (given / name).write_text(text)
    texts, _ = migrate(given, {"definitions.py": HEAD + code + TAIL})
    return texts["definitions.py"]


@pytest.mark.parametrize("case", READ)
def test_an_id_is_read_and_another_one_refused(tmp_path: Path, case: str) -> None:
    text = _migrated(tmp_path, READ[case])
    assert 'select="tag:daily"' in text
    assert "!= 67890:\n    raise ValueError(" in text
    assert "names another" in text


@pytest.mark.parametrize("case", KEPT)
def test_what_is_not_surely_in_the_file_keeps_the_load(tmp_path: Path, case: str) -> None:
    assert "@dbt_cloud_assets" not in _migrated(tmp_path, KEPT[case])


@pytest.mark.parametrize(
    "code",
    [
        'JOB = 67890 if CONF["job"] else 67891\n',
        'JOB = {67890: 67890, 1: 67891}[CONF["job"]]\n',
        'if CONF["other"] == 67891:\n    JOB = 67890\nelse:\n    JOB = 67891\n',
        'CONF["job"] = 67891\nJOB = CONF["job"]\n',
        'CONF.update(job=67891)\nJOB = CONF["job"]\n',
    ],
    ids=["condition", "key", "comparison", "assignment", "update"],
)
def test_a_file_decides_no_branch(tmp_path: Path, code: str) -> None:
    (tmp_path / "conf.yml").write_text(YAML)
    text = HEAD + 'CONF = yaml.safe_load((HERE / "conf.yml").read_text())\n' + code + TAIL
    deployments = (Deployment("one", {"X": "1"}), Deployment("two", {"X": "2"}))
    texts, _ = migrate(tmp_path, {"definitions.py": text}, deployments=deployments)
    assert "67890: {" in texts["definitions.py"]
    assert "67891: {" in texts["definitions.py"]


def test_the_jobs_of_a_list_have_a_row_each(tmp_path: Path) -> None:
    (tmp_path / "conf.yml").write_text("jobs: [{id: 67890}, {id: 67891}]\n")
    text = HEAD + (
        'CONF = yaml.safe_load((HERE / "conf.yml").read_text())\n'
        'models = [load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=job["id"]) for job in CONF["jobs"]]\n'
        "defs = Definitions(assets=models)\n"
    )
    texts, _ = migrate(tmp_path, {"definitions.py": text})
    assert "67890: {" in texts["definitions.py"]
    assert "67891: {" in texts["definitions.py"]
    assert "raise ValueError" in texts["definitions.py"]


def test_each_deployment_reads_its_part(tmp_path: Path) -> None:
    (tmp_path / "conf.yml").write_text(YAML)
    code = 'JOB = yaml.safe_load((HERE / "conf.yml").read_text())["stages"][os.environ["STAGE"]]["job"]\n'
    deployments = (Deployment("prod", {"STAGE": "prod"}), Deployment("dev", {"STAGE": "dev"}))
    texts, _ = migrate(tmp_path, {"definitions.py": HEAD + code + TAIL}, deployments=deployments)
    assert "67890: {" in texts["definitions.py"]
    assert "67891: {" in texts["definitions.py"]


@pytest.mark.parametrize(
    "given",
    ['**CONF["given"]', 'auth_token="t", **CONF["more"]'],
)
def test_settings_of_a_resource_are_not_written_out_of_a_file(tmp_path: Path, given: str) -> None:
    (tmp_path / "conf.yml").write_text(
        "given: {auth_token: t, account_id: 12345}\nmore: {account_id: 12345}\n"
    )
    text = HEAD + (
        'CONF = yaml.safe_load((HERE / "conf.yml").read_text())\n'
        f"cloud = DbtCloudClientResource({given})\n"
        'defs = Definitions(resources={"dbt_cloud": cloud})\n'
    )
    texts, report = migrate(tmp_path, {"definitions.py": text})
    assert "LDC302" in {one.code for one in report.findings}
    assert "cloud = DbtCloudClientResource(" in texts["definitions.py"]


@pytest.mark.parametrize("more", ["", "fill(CONF)\n", "CONF['job'] = fill()\n"])
def test_a_settings_file_may_change_what_it_reads(tmp_path: Path, more: str) -> None:
    (tmp_path / "conf.yml").write_text(YAML)
    settings = (
        "from pathlib import Path\nimport yaml\nfrom theirs import fill\n"
        "CONF = yaml.safe_load((Path(__file__).parent / 'conf.yml').read_text())\n"
    )
    text = HEAD + "from settings import CONF\nJOB = CONF['job']\n" + TAIL
    texts, _ = migrate(tmp_path, {"settings.py": settings + more, "definitions.py": text})
    assert ("@dbt_cloud_assets" in texts["definitions.py"]) is (more == "")
