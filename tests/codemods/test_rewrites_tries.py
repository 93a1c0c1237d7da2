"""What a ``try`` has bound may be read in its handlers, its ``else`` and its ``finally``, whichever form of it that is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from rewriting import clean, migrate_one

PROGRAM = """
from dagster import job, op
from dagster_dbt import DbtCloudClientResource

dbt = DbtCloudClientResource(auth_token="t", account_id=12345)


@op
def watch(context, dbt: DbtCloudClientResource):
{body}

@job(resource_defs={{"dbt": dbt}})
def by_hand():
    watch()
"""
KEPT = {
    "in its finally": """
        client = None
        try:
            client = dbt.get_dbt_client()
            client.get_job(67890)
        finally:
            client.get_json_artifact(11, 67890)
    """,
    "in its handler": """
        client = None
        try:
            client = dbt.get_dbt_client()
        except KeyError:
            client.get_json_artifact(11, 67890)
    """,
    "in its else": """
        client = None
        try:
            client = dbt.get_dbt_client()
        except KeyError:
            raise
        else:
            client.get_json_artifact(11, 67890)
    """,
    "by its handler, in its finally": """
        client = None
        try:
            context.log.info("no client")
        except KeyError:
            client = dbt.get_dbt_client()
        finally:
            client.get_json_artifact(11, 67890)
    """,
    "by a try inside": """
        client = None
        try:
            try:
                client = dbt.get_dbt_client()
            except KeyError:
                pass
        except ValueError:
            client.get_json_artifact(11, 67890)
    """,
}
FOLLOWED = """
    run = None
    try:
        run = dbt.get_dbt_client().run_job_and_poll(67890)
    except KeyError:
        context.log.info(run.run_id)
    else:
        context.log.info(run.run_details["href"])
    finally:
        context.log.info(run.job_id)
"""


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in clean(text).splitlines())


def _forms(text: str) -> list[str]:
    return [text, text.replace("except ", "except* ")] if sys.version_info >= (3, 11) else [text]


@pytest.mark.parametrize("where", KEPT)
def test_a_client_that_is_bound_in_a_try_is_read(tmp_path: Path, where: str) -> None:
    for number, body in enumerate(_forms(KEPT[where])):
        program = PROGRAM.format(body=_indented(body))
        text, codes = migrate_one(tmp_path / str(number), program)
        assert text == program.lstrip("\n").replace("from dagster_dbt import", "from legacy_shim import")
        assert "LDC304" in codes


def test_an_answer_that_is_bound_in_a_try_is_followed(tmp_path: Path) -> None:
    for number, body in enumerate(_forms(FOLLOWED)):
        text, codes = migrate_one(tmp_path / str(number), PROGRAM.format(body=_indented(body)))
        assert not [code for code in codes if code.startswith("LDC3")]
        assert 'context.log.info(run["id"])' in text
        assert 'context.log.info(run["href"])' in text
        assert 'context.log.info(run["job_definition_id"])' in text


def test_a_guarded_name_that_is_tested_becomes_v2(tmp_path: Path) -> None:
    before = """
        from dagster import Definitions

        try:
            from dagster_dbt import load_assets_from_dbt_cloud_job, dbt_cloud_resource
        except ImportError:
            load_assets_from_dbt_cloud_job = None

        assets = []
        if load_assets_from_dbt_cloud_job is not None:
            cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})
            assets = [load_assets_from_dbt_cloud_job(cloud, 67890)]
        defs = Definitions(assets=assets)
    """
    texts = [migrate_one(tmp_path / str(number), form) for number, form in enumerate(_forms(before))]
    assert all("legacy_shim" not in text and "is not None" in text for text, _ in texts)
    assert len({text.replace("except*", "except") for text, _ in texts}) == 1
