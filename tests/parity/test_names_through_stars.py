"""Files that star-import a rewritten one keep what they mean by each name: imports that are new there get an alias."""

from __future__ import annotations

import ast

import pytest
from before_and_after import Bench

HELPERS = """
from dagster_dbt.cloud.resources import DbtCloudClient


def latest(client: DbtCloudClient, job_id: int):
    outs = [client.run_job_and_poll(job_id, poll_interval=0.01)]
    return max(outs, key=lambda out: out.finished_at)


def recent(client: DbtCloudClient):
    return len(client.get_runs(job_id=67891, limit=1))
"""
MAIN = """
{above}
from dagster_dbt.cloud.resources import DbtCloudClient as _Client


def row(client: _Client):
    return latest(client, 67891).job_id, recent(client), {value}
"""
OWN = "def time():\n    return 5\n\n\nclass Failure(Exception):\n    code = 3\n\n\nurljoin = '/'.join\n"
STAR = "from .helpers import *"
PROGRAMS: dict[str, tuple[dict[str, str], str, str, set[str]]] = {
    # files, what stands above in main.py, what it reads, and the names in helpers.py that need an alias
    "functions": (
        {},
        f"from time import time\nfrom datetime import datetime\n{STAR}",
        "time() > 0 and datetime(2026, 1, 1).year == 2026",
        {"time", "datetime"},
    ),
    "below_the_star": ({}, f"{STAR}\nfrom time import time", "time() > 0", {"time"}),
    "through_another": (
        {"mid.py": STAR},
        "from time import time\nfrom .mid import *",
        "time() > 0",
        {"time"},
    ),
    "all_computed": (
        {"helpers.py": HELPERS + "\n\n__all__ = [name for name in dir() if name[0] != '_']\n"},
        f"from time import time\n{STAR}",
        "time() > 0",
        {"time"},
    ),
    "own_names": (
        {"base.py": OWN},
        f"from .base import *\n{STAR}",
        "(time(), Failure.code, urljoin('ab')) == (5, 3, 'a/b')",
        {"time", "Failure", "urljoin"},
    ),
    "set_globally": (
        {},
        f"time = None\n\n\ndef start():\n    global time\n    time = 9\n\n\nstart()\n{STAR}",
        "time == 9",
        {"time"},
    ),
    "may_be_missing": (
        {},
        f"try:\n    import no_such_requests as requests\nexcept ImportError:\n    requests = None\n{STAR}",
        "requests is None",
        {"requests"},
    ),
    "read_and_bound_nowhere": (
        {},
        f"{STAR}\n\n\ndef known():\n    try:\n        return requests\n    except NameError:\n        return None\n",
        "known() is None",
        {"requests"},
    ),
    "names_of_v2": (
        {},
        f"class DbtCloudWorkspaceClient:\n    n = 5\n\n\n{STAR}",
        "DbtCloudWorkspaceClient.n == 5",
        {"DbtCloudWorkspaceClient"},
    ),
    "a_package": (
        {"helpers.py": HELPERS, "time.py": "def now():\n    return 7\n", "__init__.py": STAR},
        f"from . import time\n{STAR}",
        "time.now() == 7",
        {"time"},
    ),
    "a_star_of_the_standard_library": ({}, f"from time import *\n{STAR}", "time() > 0", {"time"}),
    # where nothing else is meant, the text is the usual one
    "the_same": (
        {},
        f"import time\nimport datetime\n{STAR}",
        "time.time() > 0 and datetime.date.today().year > 2000",
        set(),
    ),
    "all_written": (
        {"helpers.py": '__all__ = ["latest", "recent"]\n' + HELPERS},
        f"from time import time\n{STAR}",
        "time() > 0",
        set(),
    ),
    "all_between": (
        {"mid.py": f'{STAR}\n__all__ = ["latest", "recent"]\n'},
        "from time import time\nfrom .mid import *",
        "time() > 0",
        set(),
    ),
    "names_of_a_function": (
        {},
        f"{STAR}\n\n\ndef total(time, datetime):\n    return time + datetime\n",
        "total(1, 2) == 3",
        set(),
    ),
    "by_name": ({}, "from time import time\nfrom .helpers import latest, recent", "time() > 0", set()),
}


@pytest.fixture
def files() -> dict[str, str]:
    """All programs as packages, and one op that holds each to what it has answered before."""
    found: dict[str, str] = {}
    for name, (more, above, value, _) in PROGRAMS.items():
        own = {
            "__init__.py": "",
            "helpers.py": HELPERS,
            **more,
            "main.py": MAIN.format(above=above, value=value),
        }
        found |= {f"{name}/{path}": text for path, text in own.items()}
    lines = [f"from {name}.main import row as {name}" for name in PROGRAMS]
    rows = "".join(f"    assert {name}(client) == (67891, 1, True)\n" for name in PROGRAMS)
    found["definitions.py"] = (
        "\n".join(lines)
        + f"""
from dagster import Definitions, EnvVar, job, op
from dagster_dbt import DbtCloudClientResource


@op
def run_all(context, dbt_cloud: DbtCloudClientResource):
    client = dbt_cloud.get_dbt_client()
{rows}

@job
def nightly():
    run_all()


defs = Definitions(
    jobs=[nightly],
    resources={{"dbt_cloud": DbtCloudClientResource(auth_token=EnvVar("DBT_CLOUD_API_TOKEN"), account_id=12345)}},
)
"""
    )
    return found


def test_importers_keep_what_they_mean(bench: Bench, files: dict[str, str]) -> None:
    done = bench.both(files, "job:nightly")
    assert [record["success"] for record in done.after.actions] == [True]
    for name, (*_, wanted) in PROGRAMS.items():
        tree = ast.parse(done.migration.now(f"{name}/helpers.py"))
        imports = [
            each
            for node in tree.body
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for each in node.names
        ]
        assert {each.name for each in imports if each.asname == f"_{each.name}"} == wanted, name
        assert not any(each.asname and each.name not in wanted for each in imports), name
