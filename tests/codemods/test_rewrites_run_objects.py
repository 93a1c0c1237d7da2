"""Answers of runs that go out of sight stay objects; where all are followed, and where a class would not serve, nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate, migrate_one

from legacy_shim.codemods.facts.release import Release

HEAD = """
from dagster import Definitions, op
from dagster_dbt import DbtCloudClientResource, DbtCloudOutput, dbt_cloud_run_op

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)


@op(required_resource_keys={"cloud"})
def work(context):
    client = context.resources.cloud
"""
DEFS = '\n\ndefs = Definitions(resources={"cloud": cloud})\n'


def _program(body: str, more: str = "") -> str:
    return HEAD + "".join(f"    {line}\n" for line in body.split("\n")) + more + DEFS


LOST = "ran = max([client.run_job_and_poll(67890)], key=len)\nprint(ran.run_id)"


def test_the_file_defines_a_class_and_reads_stay(tmp_path: Path) -> None:
    before = """
        from dagster import Definitions, op
        from dagster_dbt import dbt_cloud_resource

        cloud = dbt_cloud_resource.configured({"auth_token": "t", "account_id": 12345})

        @op(required_resource_keys={"cloud"})
        def work(context):
            ran = max([context.resources.cloud.run_job_and_poll(67890)], key=lambda run: run.run_id)
            return ran.run_id, ran.finished_at

        defs = Definitions(resources={"cloud": cloud})
        """
    text, codes = migrate_one(tmp_path, before)
    class_and_function = clean('''
        class DbtCloudOutput:
            """A finished run of a dbt Cloud job, and its `run_results.json`."""

            def __init__(self, run_details, result):
                job = run_details["job"] or {}
                self.run_details, self.result = run_details, result
                self.run_id, self.job_id = run_details["id"], run_details["job_definition_id"]
                self.job_name = job.get("name")
                self.is_successful = run_details["status_humanized"] == "Success"
                docs = urljoin(
                    run_details["href"],
                    f"/accounts/{run_details['account_id']}/runs/{self.run_id}/docs/",
                )
                self.docs_url = docs if job.get("generate_docs") else None

            def __getattr__(self, name):
                if name not in (
                    "created_at",
                    "updated_at",
                    "dequeued_at",
                    "started_at",
                    "finished_at",
                ):
                    raise AttributeError(name)
                text = self.run_details[name]
                return text and datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


        def run_job(client, job_id, poll_interval=10, poll_timeout=None, steps_override=None):
            run = client.trigger_job_run(job_id, steps_override=steps_override)
            try:
                run = client.poll_run(
                    run["id"],
                    poll_interval=poll_interval,
                    poll_timeout=poll_timeout or float("inf"),
                )
            except Exception:
                # It may have ended since poll_run looked.
                run = client.get_run_details(run["id"])
                if run["status"] < DbtCloudJobRunStatusType.SUCCESS:
                    raise
            DbtCloudRun.from_run_details(run).raise_for_status()
            run = client.get_run_details(
                run["id"],
                include_related=["job", "trigger", "run_steps"],
            )
            try:
                result = client.get_run_results_json(run["id"])
            except Failure:  # its last command left none
                result = {}
            return DbtCloudOutput(run, result)


        @op(required_resource_keys={"cloud"})
        def work(context):
            ran = max([run_job(context.resources.cloud.get_client(), 67890)], key=lambda run: run.run_id)
            return ran.run_id, ran.finished_at

        defs = Definitions(resources={"cloud": cloud})
        ''')
    assert text.endswith(class_and_function)
    assert "import datetime\nfrom urllib.parse import urljoin\n" in text
    assert codes.count("LDC213") == 1


@pytest.mark.parametrize(
    "body",
    [
        LOST,
        LOST + "\nimport json\nprint(dir(json))",
        "print(client.run_job_and_poll(67890).docs_url)",
        "ran = client.run_job_and_poll(67890)\nprint(ran.finished_at - ran.started_at)",
        'ran = client.run_job_and_poll(67890)\nprint(getattr(ran, "job_id", None))',
        "for ran in map(client.run_job_and_poll, [67890]):\n    print(ran.run_id)",
        "yield client.run_job_and_poll(67890)",
        "ran = client.run_job_and_poll(67890)\nother(ran)",
        "ran = client.run_job_and_poll(67890)\nprint(isinstance(ran, DbtCloudOutput), ran.docs_url)",
    ],
)
def test_runs_are_objects(tmp_path: Path, body: str) -> None:
    text, codes = migrate_one(tmp_path, _program(body))
    assert text.count("class DbtCloudOutput:") == 1
    assert "return DbtCloudOutput(run, result)" in text
    assert "legacy_shim" not in text
    assert not {"LDC302", "LDC303", "LDC304"} & set(codes)


@pytest.mark.parametrize(
    "body",
    [
        "if ran.result:\n    print(len(ran.result['results']))",
        "if not ran.result:\n    return None",
        "print(len(ran.result['results']) if ran.result else 0)",
        "for row in ran.result.get('results', []):\n    print(row)",
        "print('results' in ran.result)",
        "print((ran.result or {'results': []})['results'])",
        "print(len(ran.result))",
        "assert ran.result",
        "print([row for row in [1] if ran.result])",
        "result = ran.result\nif not result:\n    return\nprint(result['results'])",
        "if result := ran.result:\n    print(result['results'])",
        "result: dict = ran.result\nprint(result.get('results'))",
    ],
)
def test_code_that_goes_on_without_results_does_so_still(tmp_path: Path, body: str) -> None:
    text, codes = migrate_one(tmp_path, _program(f"ran = client.run_job_and_poll(67890)\n{body}"))
    assert "except Failure:  # its last command left none" in text
    assert body.partition("\n")[0] in text
    assert "legacy_shim" not in text
    assert "LDC302" not in codes


@pytest.mark.parametrize(
    "body",
    [
        "print(ran.result['results'])",
        "for row in ran.result['results']:\n    print(row.get('message'))",
        "result = ran.result\nfor row in result['results']:\n    print(row)",
        "print(ran.run_details.get('status'), ran.result['args'])",
    ],
)
def test_results_that_must_be_there_are_fetched_where_they_are_read(tmp_path: Path, body: str) -> None:
    text, _ = migrate_one(tmp_path, _program(f"ran = client.run_job_and_poll(67890)\n{body}"))
    assert "class DbtCloudOutput" not in text
    assert '.get_run_results_json(ran["id"])' in text


@pytest.mark.parametrize(
    "more",
    [
        '\n\ndef pick(runs: "list[DbtCloudOutput]") -> object:\n    return runs[0]\n',
        '\n\ndef pick(runs: object) -> "DbtCloudOutput | None":\n    return None\n',
        '\n\nlatest: "dict[str, DbtCloudOutput]" = {}\n',
    ],
)
def test_types_in_quotes_name_the_class_of_the_file(tmp_path: Path, more: str) -> None:
    text, codes = migrate_one(tmp_path, _program(LOST, more))
    assert text.count("class DbtCloudOutput:") == 1
    assert more in text
    assert not {"LDC302", "LDC303"} & set(codes)


def test_statements_of_their_own_need_no_object(tmp_path: Path) -> None:
    text, _ = migrate_one(tmp_path, _program(f"client.run_job_and_poll(67891)\n{LOST}"))
    assert "client.trigger_job_run(67891)" in text
    assert text.count("class DbtCloudOutput:") == 1


@pytest.mark.parametrize(
    "body",
    [
        "client.run_job_and_poll(67890)",
        "ran = client.run_job_and_poll(67890)\nprint(ran.run_id, ran.job_name)",
        "return client.run_job_and_poll(67890)",
    ],
)
def test_what_is_followed_needs_no_class(tmp_path: Path, body: str) -> None:
    text, _ = migrate_one(tmp_path, _program(body))
    assert "class DbtCloudOutput" not in text
    assert "legacy_shim" not in text


@pytest.mark.parametrize(
    ("body", "more"),
    [
        (LOST + "\nprint(ran.run_status)", ""),  # a status of the facade's, which nothing here compares
        (LOST + '\nprint(ran.get_artifact("manifest.json"))', ""),
        (LOST + '\nprint(getattr(ran, "run_status"))', ""),
        (LOST + '\nprint(vars(ran)["_result"])', ""),  # the fields of the class are others
        (LOST + "\nprint(sorted(dir(ran)))", ""),
        (LOST + "\nprint(inspect.getmembers(type(ran)))", ""),
        (LOST, '\n\n__all__ = ["DbtCloudOutput"]\n'),
        (
            LOST,
            '\n\ndef pick(runs: "dict[DbtCloudOutput, DbtCloudClientResource]") -> object:\n    return runs\n',
        ),
    ],
)
def test_what_a_class_would_not_serve_stays(tmp_path: Path, body: str, more: str) -> None:
    text, codes = migrate_one(tmp_path, _program(body, more))
    assert "class DbtCloudOutput" not in text
    assert "client.run_job_and_poll(67890)" in text
    assert {"LDC302", "LDC303", "LDC304"} & set(codes)


def test_a_type_that_a_file_checks_that_loads_nothing_stays(tmp_path: Path) -> None:
    files = {
        "one.py": _program(LOST),
        "two.py": "from dagster_dbt import DbtCloudOutput\n\n\ndef is_run(what):\n    return isinstance(what, DbtCloudOutput)\n",
    }
    texts, report = migrate(tmp_path, files)
    assert "class DbtCloudOutput" not in texts["one.py"] + texts["two.py"]
    assert report.left_for_a_person


def test_the_oldest_release_keeps_them(tmp_path: Path) -> None:
    text, codes = migrate_one(tmp_path, _program(LOST), release=Release((0, 28, 0)))
    assert "class DbtCloudOutput" not in text
    assert "LDC303" in codes


def test_a_call_that_is_asked_to_stay_keeps_its_unit(tmp_path: Path) -> None:
    text, codes = migrate_one(
        tmp_path, _program("ran = client.run_job_and_poll(67890)  # legacy-shim: keep\n" + LOST)
    )
    assert "class DbtCloudOutput" not in text
    assert "LDC301" in codes


HASHED = {
    "a cache": ("@lru_cache\ndef label(run):\n    return run.run_id\n", "label(ran)"),
    "a cache with a size": (
        "@lru_cache(maxsize=None)\ndef label(run):\n    return run.run_id\n",
        "label(ran)",
    ),
    "a frozen dataclass": (
        "@dataclass(frozen=True)\nclass Item:\n    run: object\n",
        "{Item(ran), Item(ran)}",
    ),
    "a named tuple": ("class Item(NamedTuple):\n    run: object\n", "{Item(ran), Item(ran)}"),
    "a lookup in a set": ("SEEN = set()\n", "ran in SEEN"),
    "the key of an item": ("COUNTS = {}\n", "COUNTS[ran]"),
}


@pytest.mark.parametrize("name", HASHED)
def test_a_run_that_may_be_hashed_stays_an_object(tmp_path: Path, name: str) -> None:
    more, use = HASHED[name]
    imports = "\nfrom dataclasses import dataclass\nfrom functools import lru_cache\nfrom typing import NamedTuple\n\n"
    head = HEAD.replace(", DbtCloudOutput, dbt_cloud_run_op", "")
    text, codes = migrate_one(
        tmp_path,
        imports + more + head + f"    ran = client.run_job_and_poll(67890)\n    print({use})\n" + DEFS,
    )
    assert "class DbtCloudOutput:" in text
    assert not {"LDC302", "LDC303", "LDC308"} & {*codes}


@pytest.mark.parametrize(
    "held", ["@dataclass\nclass Item:\n    number: int\n", "class Item(dict):\n    pass\n"]
)
def test_what_is_read_of_a_run_may_be_hashed_where_the_run_is_not(tmp_path: Path, held: str) -> None:
    imports = "\nfrom dataclasses import dataclass\n\n"
    head = HEAD.replace(", DbtCloudOutput, dbt_cloud_run_op", "")
    body = "    ran = client.run_job_and_poll(67890)\n    print({ran.run_id: Item}, ran.run_id in {1})\n"
    text, _ = migrate_one(tmp_path, imports + held + head + body + DEFS)
    assert "class DbtCloudOutput:" not in text and 'print({ran["id"]: Item}, ran["id"] in {1})' in text


def test_a_method_of_the_users_that_is_called_as_one_of_a_set_hashes_nothing(tmp_path: Path) -> None:
    held = "class Runs:\n    def add(self, run):\n        print(run.run_id)\n\n\n"
    head = HEAD.replace(", DbtCloudOutput, dbt_cloud_run_op", "")
    body = "    ran = client.run_job_and_poll(67890)\n    Runs().add(ran)\n"
    text, _ = migrate_one(tmp_path, "\n" + held + head + body + DEFS)
    assert "class DbtCloudOutput:" not in text and 'print(run["id"])' in text


OTHER_OP = """

run_other = dbt_cloud_run_op.configured({"job_id": 67891}, name="run_other")


@op
def after(ran):
    print(ran.run_id)


@job(resource_defs={"dbt_cloud": cloud})
def nightly():
    after(run_other())
"""


def test_run_ops_answer_objects_beside_calls_that_do(tmp_path: Path) -> None:
    text, codes = migrate_one(
        tmp_path, _program(LOST, OTHER_OP).replace("import Definitions", "import Definitions, job")
    )
    assert text.count("class DbtCloudOutput:") == 1
    assert text.count("DbtCloudOutput(run, result)") == 2
    assert OTHER_OP.partition("@op")[2] in text
    assert not {"LDC302", "LDC303", "LDC304"} & set(codes)


NOTIFY = """
from dagster_dbt.cloud.types import DbtCloudOutput


def took(out: DbtCloudOutput):
    return out.finished_at - out.started_at
"""
CHECKED = NOTIFY.replace(
    "\nfrom dagster_dbt.cloud.types",
    "\nfrom __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from dagster_dbt.cloud.types",
)
RUNS = """
from dagster import Definitions, op
from dagster_dbt import DbtCloudClientResource
{top}

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)


@op(required_resource_keys={{"cloud"}})
def work(context):
    return took(context.resources.cloud.run_job_and_poll(67890))


defs = Definitions(resources={{"cloud": cloud}})
"""


@pytest.mark.parametrize(
    ("files", "home", "imports"),
    [
        ({"a.py": RUNS.format(top="from notify import took"), "notify.py": NOTIFY}, "notify.py", "notify"),
        (
            {
                "p/__init__.py": "",
                "p/a.py": RUNS.format(top="from .notify import took"),
                "p/notify.py": NOTIFY,
            },
            "p/notify.py",
            ".notify",
        ),
        (  # it names the class for type checkers alone
            {
                "a.py": RUNS.format(top="from notify import took"),
                "notify.py": CHECKED,
            },
            "notify.py",
            "notify",
        ),
        (  # neither imports the other, and the first does nothing but define
            {
                "a.py": RUNS.format(top="from all_of_it import took"),
                "notify.py": NOTIFY,
                "check.py": NOTIFY.replace("took", "checked"),
                "all_of_it.py": "from notify import took\nfrom check import checked\n",
            },
            "check.py",
            "check",
        ),
    ],
)
def test_one_of_several_files_defines_the_class(
    tmp_path: Path, files: dict[str, str], home: str, imports: str
) -> None:
    texts, report = migrate(tmp_path, files)
    assert not report.left_for_a_person
    assert [name for name, text in texts.items() if "class DbtCloudOutput:" in text] == [home]
    importing = [
        name
        for name, text in texts.items()
        if any(
            line.startswith(f"from {imports} import ") and "DbtCloudOutput" in line
            for line in text.split("\n")
        )
    ]
    naming = [name for name, text in texts.items() if "DbtCloudOutput" in text and name != home]
    assert importing == naming
    assert all("legacy_shim" not in text for text in texts.values())


@pytest.mark.parametrize(
    "files",
    [
        # each runs the other
        {
            "a.py": RUNS.format(top="from dagster_dbt import DbtCloudOutput\nfrom notify import took"),
            "notify.py": NOTIFY + "\n\nimport a\n",
        },
        # importing it earlier than before may do something
        {
            "a.py": RUNS.format(top="from all_of_it import took"),
            "notify.py": NOTIFY + "\nLIMIT = read()\n",
            "check.py": NOTIFY.replace("took", "checked") + "\nLIMIT = read()\n",
            "all_of_it.py": "from notify import took\nfrom check import checked\n",
        },
        # another takes it from there
        {
            "a.py": RUNS.format(top="from notify import took"),
            "notify.py": NOTIFY,
            "b.py": "from notify import DbtCloudOutput\n",
        },
    ],
)
def test_files_of_which_none_can_define_it_stay(tmp_path: Path, files: dict[str, str]) -> None:
    texts, report = migrate(tmp_path, files)
    assert all("class DbtCloudOutput" not in text for text in texts.values())
    assert report.left_for_a_person


def test_code_that_makes_an_object_of_parts_may(tmp_path: Path) -> None:
    body = 'print(DbtCloudOutput({"id": 1, "job": None}, result={}).run_id)\nran = client.run_job_and_poll(67890)\nprint(ran.docs_url)'
    text, codes = migrate_one(tmp_path, _program(body))
    assert '    @property\n    def run_id(self):\n        return self.run_details["id"]\n' in text
    assert 'print(DbtCloudOutput({"id": 1, "job": None}, result={}).run_id)\n' in text
    assert not {"LDC302", "LDC303", "LDC304"} & set(codes)


IMPORTED = {
    "an alias": ("from dagster_dbt import DbtCloudOutput as _Run", "_Run"),
    "the package": ("import dagster_dbt as dd", "dd.DbtCloudOutput"),
    "a module": ("import dagster_dbt.cloud.types", "dagster_dbt.cloud.types.DbtCloudOutput"),
    "a module under a name": ("from dagster_dbt.cloud import types as t", "t.DbtCloudOutput"),
}
SPELLED = """
from dagster import Definitions, Out, job, op
from dagster_dbt import DbtCloudClientResource
{imported}

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)


@op(out=Out({name}))
def run(dbt_cloud: DbtCloudClientResource) -> {name}:
    return dbt_cloud.get_dbt_client().run_job_and_poll(67890)


@op
def note(out: {name}):
    return out.docs_url if isinstance(out, {name}) else ""


@job
def refresh():
    note(run())


defs = Definitions(jobs=[refresh], resources={{"dbt_cloud": cloud}})
"""


@pytest.mark.parametrize(("imported", "name"), IMPORTED.values(), ids=IMPORTED)
def test_a_file_that_spells_the_class_otherwise_names_its_own(
    tmp_path: Path, imported: str, name: str
) -> None:
    text, codes = migrate_one(tmp_path, SPELLED.format(imported=imported, name=name))
    assert not [code for code in codes if code.startswith("LDC3")]
    assert imported not in text
    assert "class DbtCloudOutput:" in text
    assert "@op(out=Out(DbtCloudOutput))\n" in text
    assert "-> DbtCloudOutput:\n" in text
    assert 'return out.docs_url if isinstance(out, DbtCloudOutput) else ""\n' in text


@pytest.mark.parametrize(
    "more",
    [
        'def of() -> "_Run":\n    return None\n',
        "DbtCloudOutput = 1\n",
        '__all__ = ["_Run"]\n',
        "print(_Run.from_run)\n",
    ],
)
def test_a_class_that_cannot_be_named_anew_keeps_its_unit(tmp_path: Path, more: str) -> None:
    imported, name = IMPORTED["an alias"]
    text, codes = migrate_one(tmp_path, SPELLED.format(imported=imported, name=name) + more)
    assert {"LDC304", "LDC308"} <= set(codes)
    assert "class DbtCloudOutput" not in text
