"""What is written inside of f-strings has quotes that can stand there, before Python 3.12 too."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from rewriting import migrate_one

HEAD = """from dagster_dbt import DbtCloudResource
from dagster_dbt.cloud.resources import DbtCloudRunStatus as S

cloud = DbtCloudResource("t", 12345)
r = cloud.get_run(cloud.run_job(67891)["id"])
out = cloud.run_job_and_poll(67891)
print(out.run_id)
"""
STRINGS = {
    """f"{'ok' if r['status_humanized'] == S.SUCCESS else 'bad'}\"""": """f"{'ok' if r['status_humanized'] == 'Success' else 'bad'}\"""",
    """f'{"ok" if r["status_humanized"] != S.ERROR else "bad"}'""": """f'{"ok" if r["status_humanized"] != "Error" else "bad"}'""",
    """f"{r['status_humanized'] in (S.SUCCESS, S.ERROR)}\"""": """f"{r['status_humanized'] in ('Success', 'Error')}\"""",
    """f"{r['status_humanized'] == S.SUCCESS or r['status_humanized'] != S.SUCCESS}\"""": """f"{r['status_humanized'] == 'Success' or r['status_humanized'] != 'Success'}\"""",
    '''f"""{r["status_humanized"] == S.SUCCESS} '{out.run_id}'"""''': """f\"\"\"{r["status_humanized"] == 'Success'} '{out['id']}'\"\"\"""",
    "f'''{r['status_humanized'] == S.SUCCESS}'''": """f'''{r['status_humanized'] == "Success"}'''""",
    """f"a {out.run_id}" f'b {out.run_id} {S.ERROR != r["status_humanized"]}'""": """f"a {out['id']}" f'b {out["id"]} {"Error" != r["status_humanized"]}'""",
    '''f"""\n{r['status_humanized'] == S.SUCCESS}\n"""''': '''f"""\n{r['status_humanized'] == 'Success'}\n"""''',
    """rf"\\d {r['status_humanized'] == S.SUCCESS!r:>10}\"""": """rf"\\d {r['status_humanized'] == 'Success'!r:>10}\"""",
    """f"{[1 for _ in 'ab' if r['status_humanized'] == S.SUCCESS]}\"""": """f"{[1 for _ in 'ab' if r['status_humanized'] == 'Success']}\"""",
    """f"{1:{9 if r['status_humanized'] == S.SUCCESS else 3}d}\"""": """f"{1:{9 if r['status_humanized'] == 'Success' else 3}d}\"""",
    '''f"""{f'{r["status_humanized"] == S.SUCCESS}'}"""''': '''f"""{f'{r["status_humanized"] == "Success"}'}"""''',
    """"{S.SUCCESS}" + f"{{S.SUCCESS}} {r['status_humanized'] == S.SUCCESS}\"""": """"{S.SUCCESS}" + f"{{S.SUCCESS}} {r['status_humanized'] == 'Success'}\"""",
}
KEPT = ["""f"{f'{out.run_id}'}\"""", """f"{f'{out.run_status == S.SUCCESS}'}\""""]


def test_statuses_and_outputs_are_written_in_other_quotes(tmp_path: Path) -> None:
    text, codes = migrate_one(tmp_path, HEAD + "".join(f"print({each})\n" for each in STRINGS))
    assert "LDC507" not in codes
    for old, new in STRINGS.items():
        assert f"print({new})\n" in text, old
    ast.parse(text)
    assert "legacy_shim" not in text


@pytest.mark.parametrize("string", KEPT)
def test_where_no_quotes_are_left_the_resource_is_kept(tmp_path: Path, string: str) -> None:
    program = HEAD + f"print({string})\n"
    text, codes = migrate_one(tmp_path, program)
    assert text.endswith(program.partition("\n\n")[2])
    assert "LDC303" in codes
    assert "LDC507" not in codes
