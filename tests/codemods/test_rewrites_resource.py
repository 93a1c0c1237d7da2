"""The resource, in each way to build it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rewriting import HOURLY, clean, migrate, migrate_one

from legacy_shim.codemods.facts.jobs import Facts

BINDING = """
defs = Definitions(resources={"dbt_cloud": dbt_cloud}, assets=[models])
"""
LOAD = """
models = load_assets_from_dbt_cloud_job(dbt_cloud=dbt_cloud, job_id=67890)
"""
IMPORTS = """
from dagster import Definitions, EnvVar
from dagster_dbt import DbtCloudClientResource, dbt_cloud_resource, load_assets_from_dbt_cloud_job
"""


@pytest.mark.parametrize(
    ("resource", "credentials"),
    [
        (
            'dbt_cloud_resource.configured({"auth_token": {"env": "T"}, "account_id": {"env": "A"}})',
            ('int(os.environ["A"])', 'os.environ["T"]', '"https://cloud.getdbt.com"'),
        ),
        (
            'dbt_cloud_resource("secret", "12345")',
            ("12345", '"secret"', '"https://cloud.getdbt.com"'),
        ),
        (
            'DbtCloudClientResource(auth_token=EnvVar("T"), account_id=EnvVar.int("A"), '
            'dbt_cloud_host="https://x.us1.dbt.com/")',
            ('int(os.environ["A"])', 'os.environ["T"]', '"https://x.us1.dbt.com"'),
        ),
        (
            'dbt_cloud_resource(api_token="t", account_id=12345, disable_schedule_on_trigger=False)',
            ("12345", '"t"', '"https://cloud.getdbt.com"'),
        ),
    ],
)
def test_settings_become_credentials(
    tmp_path: Path, resource: str, credentials: tuple[str, str, str]
) -> None:
    text, _ = migrate_one(tmp_path, IMPORTS + f"\ndbt_cloud = {resource}\n" + LOAD + BINDING)
    account, token, url = credentials
    expected = clean(
        f"""
        dbt_cloud = DbtCloudWorkspace(
            credentials=DbtCloudCredentials(
                account_id={account},
                token={token},
                access_url={url},
            ),
            project_id=11,
            environment_id=22,
            adhoc_job_name="Nightly",  # runs job 67890 itself, with its settings
        )
        """
    )
    one_line = f"credentials=DbtCloudCredentials(account_id={account}, token={token}, access_url={url})"
    assert expected in text or one_line in text
    assert "dbt_cloud_resource" not in text
    assert "EnvVar(" not in text


def test_comments_stay_with_what_they_speak_of(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        IMPORTS
        + """
# our account
dbt_cloud = dbt_cloud_resource.configured(
    {
        # rotated monthly
        "auth_token": {"env": "T"},
        "account_id": 12345,  # Acme
        "disable_schedule_on_trigger": True,  # they insist
    }
)
"""
        + LOAD
        + BINDING,
    )
    lines = [line.strip() for line in text.splitlines()]
    assert lines.index("# our account") + 1 == lines.index("dbt_cloud = DbtCloudWorkspace(")
    assert "account_id=12345,  # Acme" in lines
    assert lines.index("# rotated monthly") + 1 == lines.index('token=os.environ["T"],')
    assert "# they insist" in text


def test_the_users_quotes_and_order_of_imports_are_kept(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        """
        import json

        from dagster import Definitions, asset
        from dagster_dbt import DbtCliResource, dbt_cloud_resource, load_assets_from_dbt_cloud_job

        cloud = dbt_cloud_resource.configured({'auth_token': {'env': 'T'}, 'account_id': 12345})
        models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)
        defs = Definitions(assets=[models], resources={'cli': DbtCliResource('x'), 'n': json.dumps({})})
        """,
    )
    assert text.startswith(
        clean(
            """
            import json
            import os

            from dagster import AssetExecutionContext, Definitions, asset
            from dagster_dbt import DbtCliResource
            from dagster_dbt.cloud_v2 import (
                DbtCloudCredentials,
                DbtCloudWorkspace,
                dbt_cloud_assets,
            )
            """
        )
    )
    assert "token=os.environ['T']" in text
    assert '"' not in text.split("cloud = ", 1)[1].replace("#", "")


def test_dagster_is_written_as_the_file_imports_it(tmp_path: Path) -> None:
    text, _ = migrate_one(
        tmp_path,
        """
        import dagster as dg
        import dagster_dbt as d

        cloud = d.dbt_cloud_resource.configured({"auth_token": dg.EnvVar("T"), "account_id": 12345})
        models = d.load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)
        defs = dg.Definitions(assets=[models])
        """,
    )
    assert "context: dg.AssetExecutionContext" in text
    assert "import dagster_dbt as d" not in text
    assert 'resources={"dbt_cloud": cloud}' in text


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        ('dbt_cloud_resource.configured(make_config, config_schema={"x": str})', "LDC302"),
        ("DbtCloudClientResource.configure_at_launch()", "LDC302"),
        (
            'dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345, "log_requests": True})',
            "LDC302",
        ),
        ('dbt_cloud_resource.configured({"auth_token": "t", **rest})', "LDC302"),
        ('somewhere(dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345}))', "LDC303"),
    ],
)
def test_what_cannot_be_read_stays_on_the_facade(tmp_path: Path, resource: str, code: str) -> None:
    text, codes = migrate_one(tmp_path, IMPORTS + f"\ndbt_cloud = {resource}\n" + LOAD + BINDING)
    assert code in codes
    assert "from legacy_shim import" in text
    assert "from dagster_dbt import" not in text
    assert resource in text


def test_without_facts_placeholders_name_the_fact_and_are_filled_later(tmp_path: Path) -> None:
    program = (
        IMPORTS + '\ndbt_cloud = dbt_cloud_resource("t", 12345)\n' + LOAD.replace("67890", "67891") + BINDING
    )
    text, codes = migrate_one(tmp_path, program, facts=Facts())
    assert 'project_id=missing_fact("project_id", job_id=67891)' in text
    assert 'select=missing_fact("execute_steps", job_id=67891)' in text
    assert "LDC401" in codes
    filled, report = migrate(tmp_path, {"program.py": text})
    text = filled["program.py"]
    assert "missing_fact" not in text
    assert "project_id=11,\n    environment_id=22,\n" in text
    assert 'exclude="tag:daily"' in text
    assert "enable_asset_checks=False" in text
    assert '.cli(["run", "--full-refresh"], context=context)' in text
    assert (
        text.index('["seed"]')
        < text.index('["run", "--full-refresh"]')
        < text.index('["run-operation", "grant"]')
    )
    assert not [finding for finding in report.findings if finding.is_left_for_a_person]
    compile(text, "program.py", "exec")


def test_a_selection_that_only_dbt_can_evaluate_is_not_filled_in(tmp_path: Path) -> None:
    program = (
        IMPORTS + '\ndbt_cloud = dbt_cloud_resource("t", 12345)\n' + LOAD.replace("67890", "67891") + BINDING
    )
    text, _ = migrate_one(tmp_path, program, facts=Facts())
    job = replace(HOURLY, execute_steps=("dbt run --select state:modified",))
    filled, codes = migrate_one(tmp_path, text, facts=Facts((job,)))
    assert "LDC305" in codes
    assert 'select=missing_fact("execute_steps", job_id=67891)' in filled


@pytest.mark.parametrize(
    ("import_line", "holder"),
    [
        ("from settings import Settings", "Settings"),
        ("from settings import current", "current"),
        ("import settings", "settings.Settings"),
        ("from package import Settings", "Settings"),
    ],
)
def test_settings_on_a_class_of_another_file_are_followed(
    tmp_path: Path, import_line: str, holder: str
) -> None:
    files = {
        "settings.py": 'class Settings:\n    token = {"env": "T"}\n    job = 67890\n\n\ncurrent = Settings()\n',
        "package.py": "from settings import Settings\n",
        "program.py": IMPORTS
        + f"{import_line}\n\n"
        + f'dbt_cloud = dbt_cloud_resource.configured({{"auth_token": {holder}.token, "account_id": 12345}})\n'
        + LOAD.replace("67890", f"{holder}.job")
        + BINDING,
    }
    texts, report = migrate(tmp_path, files)
    assert f'token=os.environ[{holder}.token["env"]],' in texts["program.py"]
    assert "adhoc_job_name" in texts["program.py"]
    assert not [finding for finding in report.findings if finding.is_left_for_a_person]


def test_a_filled_placeholder_says_what_its_job_is(tmp_path: Path) -> None:
    program = IMPORTS + 'dbt_cloud = dbt_cloud_resource("t", 12345)\n' + LOAD + BINDING
    empty, _ = migrate_one(tmp_path / "empty", program, facts=Facts())
    filled, _ = migrate_one(tmp_path / "filled", empty)
    assert '    adhoc_job_name="Nightly",  # runs job 67890 itself, with its settings\n)\n' in filled


@pytest.mark.parametrize("host", ["DBT_DEFAULT_HOST", "hosts.DBT_DEFAULT_HOST"])
def test_the_legacy_default_host_is_written_out(tmp_path: Path, host: str) -> None:
    program = (
        IMPORTS
        + "from dagster_dbt.cloud.resources import DBT_DEFAULT_HOST\nimport dagster_dbt.cloud.resources as hosts\n"
        + f"dbt_cloud = DbtCloudClientResource(auth_token='t', account_id=12345, dbt_cloud_host={host})\n"
        + LOAD
        + BINDING
    )
    text, codes = migrate_one(tmp_path, program)
    assert 'access_url="https://cloud.getdbt.com"' in text or "access_url='https://cloud.getdbt.com'" in text
    assert "LDC507" not in codes
    assert "legacy_shim" not in text


def test_a_job_id_that_stands_for_none_is_not_known(tmp_path: Path) -> None:
    program = (
        "import os\n"
        + IMPORTS
        + "dbt_cloud = dbt_cloud_resource('t', 12345)\n"
        + LOAD.replace("67890", 'int(os.getenv("DBT_JOB_ID", 0))')
        + BINDING
    )
    _, report = migrate(tmp_path / "unset", {"program.py": program})
    assert any("DBT_JOB_ID" in finding.message for finding in report.findings if finding.code == "LDC402")
    assert not any("job 0" in finding.message for finding in report.findings)
    text, _ = migrate_one(tmp_path / "set", program, env={"DBT_JOB_ID": "67890"})
    assert "project_id=11" in text


KICK = """
from dagster import Definitions, op
from dagster_dbt import dbt_cloud_resource

@op(required_resource_keys={{"dbt_cloud"}})
def kick(context, *args, **words):
    context.resources.dbt_cloud.{}

defs = Definitions(resources={{"dbt_cloud": dbt_cloud_resource("t", 12345)}})
"""


@pytest.mark.parametrize(
    ("call", "is_told"),
    [
        ("get_runs(limit=1)", False),
        ("get_run(1001)", False),
        ("cancel_run(1001)", False),
        ("list_jobs(11)", False),
        ("run_job(*args)", True),
        ("run_job_and_poll(**words)", True),
    ],
)
def test_schedules_are_told_of_where_code_may_run_a_job(tmp_path: Path, call: str, *, is_told: bool) -> None:
    _, codes = migrate_one(tmp_path, KICK.format(call))
    assert ("LDC208" in codes) is is_told
    assert not {code for code in codes if code.startswith("LDC3")}


def test_the_schedule_of_a_job_that_is_not_among_the_facts_is_told_of(tmp_path: Path) -> None:
    program = KICK.format("run_job(67890)\n    context.resources.dbt_cloud.run_job(5)")
    _, report = migrate(tmp_path, {"p.py": program})
    told = {finding.message for finding in report.findings if finding.code == "LDC208"}
    assert told == {
        "the dbt Cloud schedule of job 5 may be on: the facts do not have the job",
    }


@pytest.mark.parametrize(
    ("host", "access_url"),
    [
        ("https://x.dbt.com/app", "https://x.dbt.com"),
        ("https://x.dbt.com/app/", "https://x.dbt.com/app"),
        ("https://x.dbt.com/a/b", "https://x.dbt.com/a"),
        ("https://x.dbt.com:8443/", "https://x.dbt.com:8443"),
        ("x.dbt.com", "x.dbt.com"),
    ],
)
@pytest.mark.parametrize("line", ["", "HOST = {!r}\n"])
def test_what_stood_behind_the_last_slash_of_a_host_never_counted(
    tmp_path: Path, host: str, access_url: str, line: str
) -> None:
    given = "HOST" if line else repr(host)
    program = (
        "from dagster import Definitions\nfrom dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job\n\n"
        f"{line.format(host)}cloud = DbtCloudClientResource(auth_token='t', account_id=12345, dbt_cloud_host={given})\n"
        "models = load_assets_from_dbt_cloud_job(cloud, 67890)\n"
        "defs = Definitions(assets=[models], resources={'dbt_cloud': cloud})\n"
    )
    text, _ = migrate_one(tmp_path, program)
    if not line:
        expected = repr(access_url)
    elif host == access_url:
        expected = "HOST"
    else:
        expected = "HOST.rstrip('/')" if host.endswith("/") else repr(access_url)
    assert any(f"access_url={expected}{end}" in text for end in (",\n", "),\n")), text
