"""Names that a module deletes below: what is written uses none of them, and an import that goes is not deleted any more."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

PROGRAM = """
import os
import time
from dagster import Definitions, EnvVar, Failure, job, op
from dagster_dbt import DbtCloudClientResource, DbtCloudRunStatus

TOKEN = os.environ["TOKEN"], time.time(), Failure


@op
def nightly(dbt: DbtCloudClientResource):
    print(dbt.get_dbt_client().run_job_and_poll(67891).run_details["status_humanized"] == DbtCloudRunStatus.SUCCESS)
    print(dbt.get_dbt_client().get_runs())


@job
def by_hand():
    nightly()

{above}
defs = Definitions(jobs=[by_hand], resources={{"dbt": DbtCloudClientResource(auth_token=EnvVar("TOKEN"), account_id=12345)}})
{below}
"""
GONE = {
    "all": ("del DbtCloudClientResource, DbtCloudRunStatus", ""),
    "an import that is read no more": ("del DbtCloudClientResource, EnvVar", ""),
    "some": ("del DbtCloudClientResource, TOKEN, job", "del TOKEN, job"),
    "a tuple": ("del (DbtCloudClientResource, TOKEN)", "del TOKEN"),
    "an element of a list beside": ("del OWN[0], DbtCloudRunStatus\nOWN = []", "del OWN[0]\nOWN = []"),
    "two statements": ("del DbtCloudClientResource\ndel TOKEN", "del TOKEN"),
    "alone in a branch": ("if TOKEN:\n    del DbtCloudRunStatus", "if TOKEN:\n    pass"),
    "with what it stands behind": ("del DbtCloudRunStatus  # not for others", ""),
}
STAYS = ["del TOKEN", "del job, op", "DbtCloudRunStatus = 3\ndel DbtCloudRunStatus", ""]


def ending(text: str) -> str:
    return text.rpartition(")})\n")[2].strip()


@pytest.mark.parametrize(("below", "left"), GONE.values(), ids=GONE)
def test_what_is_imported_no_more_is_not_deleted(tmp_path: Path, below: str, left: str) -> None:
    texts, _ = migrate(tmp_path, {"defs.py": PROGRAM.format(above="", below=below)})
    assert "dagster_dbt.cloud_v2" in texts["defs.py"] and "legacy_shim" not in texts["defs.py"]
    assert ending(texts["defs.py"]).partition("#")[0].strip() == left


@pytest.mark.parametrize("below", STAYS)
def test_what_is_bound_is_deleted_as_before(tmp_path: Path, below: str) -> None:
    texts, _ = migrate(tmp_path, {"defs.py": PROGRAM.format(above="", below=below)})
    assert ending(texts["defs.py"]) == below


def test_what_stays_on_the_facade_is_deleted_as_before(tmp_path: Path) -> None:
    program = PROGRAM.format(above="", below="del DbtCloudClientResource").replace(
        "print(dbt.get_dbt_client().get_runs())", "print(vars(dbt))"
    )
    texts, _ = migrate(tmp_path, {"defs.py": program})
    assert "from legacy_shim import DbtCloudClientResource" in texts["defs.py"]
    assert ending(texts["defs.py"]) == "del DbtCloudClientResource"


@pytest.mark.parametrize(
    ("deleted", "written"),
    [
        ("del os", 'token=os_os.environ["TOKEN"]'),
        ("del os, time", "time_time.sleep("),
        ("del Failure", "raise dagster_Failure("),
        ("def tidy():\n    global time\n    del time\n", "time_time.sleep("),
    ],
)
def test_what_the_file_deletes_is_imported_under_another_name(
    tmp_path: Path, deleted: str, written: str
) -> None:
    texts, _ = migrate(tmp_path, {"defs.py": PROGRAM.format(above=deleted, below="")})
    assert written in texts["defs.py"] and f"\n{deleted}\n" in texts["defs.py"]


@pytest.mark.parametrize(
    "above",
    ["", "def other():\n    import os\n    del os\n", "def other(time):\n    del time\n", "del TOKEN"],
)
def test_what_is_deleted_elsewhere_is_read_as_it_is(tmp_path: Path, above: str) -> None:
    texts, _ = migrate(tmp_path, {"defs.py": PROGRAM.format(above=above, below="")})
    assert 'token=os.environ["TOKEN"]' in texts["defs.py"] and " time.sleep(" in texts["defs.py"]


SHADOWED = {
    "a parameter": ("def made(os='linux'):\n    return {built}\n", "os_os.environ"),
    "a local name": (
        "def made():\n    for os in ('linux',):\n        pass\n    return {built}\n",
        "os_os.environ",
    ),
    "around": (
        "def made(os):\n    def inner():\n        return {built}\n    return inner()\n",
        "os_os.environ",
    ),
    "the same import": ("def made():\n    import os\n    return {built}\n", "os.environ"),
    "another function": (
        "def other(os):\n    return os\n\n\ndef made():\n    return {built}\n",
        "os.environ",
    ),
    "a class that ends before": (
        "class Own:\n    os = 1\n\n\ndef made():\n    return {built}\n",
        "os.environ",
    ),
}
BUILT = 'DbtCloudClientResource(auth_token=EnvVar("TOKEN"), account_id=EnvVar.int("ACCOUNT"))'


@pytest.mark.parametrize(("above", "written"), SHADOWED.values(), ids=SHADOWED)
@pytest.mark.parametrize(("own", "number"), [("", "int"), ("int = str\n", "builtins.int")])
def test_what_a_function_binds_itself_is_read_under_another_name(
    tmp_path: Path, above: str, written: str, own: str, number: str
) -> None:
    given = "made('linux')" if "(os)" in above and "other" not in above else "made()"
    program = f"""
import os
from dagster import Definitions, EnvVar, job, op
from dagster_dbt import DbtCloudClientResource

{own}PATH = os.sep


@op
def nightly(dbt: DbtCloudClientResource):
    print(dbt.get_dbt_client().get_job(67890))


@job
def by_hand():
    nightly()


{above.format(built=BUILT)}

defs = Definitions(jobs=[by_hand], resources={{"dbt": {given}}})
"""
    texts, _ = migrate(tmp_path, {"defs.py": program})
    assert f'token={written}["TOKEN"],' in texts["defs.py"]
    assert f'account_id={number}({written}["ACCOUNT"]),' in texts["defs.py"]


HIDING = {
    "range": ("range = 'monthly'\n", "in builtins.range("),
    "list": ("def list():\n    return []\n", "{builtins.list("),
    "a parameter elsewhere": ("def other(range, list):\n    return range\n", "in range("),
    "nothing": ("", "{list("),
}


@pytest.mark.parametrize(("above", "written"), HIDING.values(), ids=HIDING)
def test_a_builtin_is_read_where_the_file_has_another_of_its_name(
    tmp_path: Path, above: str, written: str
) -> None:
    texts, _ = migrate(tmp_path, {"defs.py": PROGRAM.format(above=above, below="")})
    assert written in texts["defs.py"] and "legacy_shim" not in texts["defs.py"]
    assert ("import builtins" in texts["defs.py"]) == ("builtins." in written)
