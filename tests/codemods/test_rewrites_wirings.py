"""Ops that get what a run op answers by another way than a call of their own name: all of them read details, or none."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate, migrate_one

OPS = """
@op
def note(run):
    print(run.job_name)
    return run


@op
def mail(run):
    print(run.run_id)
    return run
"""
NEW_OPS = OPS.replace("run.job_name", 'run["job"]["name"]').replace("run.run_id", 'run["id"]')
HEAD = f"""
from functools import partial, reduce

from dagster import AssetsDefinition, configured, graph, job, op
from dagster_dbt import DbtCloudClientResource, dbt_cloud_run_op

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)
weekly = dbt_cloud_run_op.configured({{"job_id": 67891}}, name="weekly")

# -- the user's own
{OPS}
"""
JOB = '\n@job(resource_defs={"dbt_cloud": cloud})\ndef nightly():\n'


def _job(body: str, above: str = "") -> str:
    return above + JOB + "".join(f"    {line}\n" for line in body.split("\n"))


FOLLOWED = {
    "a loop over ops": _job("value = weekly()\nfor step in (note, mail):\n    value = step(value)"),
    "a dict of ops": _job(
        'run = weekly()\nfor name, sink in SINKS.items():\n    sink.alias(f"to_{name}")(run)',
        'SINKS = {"note": note, "mail": mail}\n',
    ),
    "a parameter": _job(
        'then(weekly.alias("again"), note)\nthen(weekly, mail)',
        "def then(first, step):\n    return step(first())\n",
    ),
    "side by side": _job("for step, first in zip([note, mail], [weekly, weekly]):\n    step(first())"),
    "a function inside of another": _job(
        "wire(note)()\nwire(mail)()",
        "def wire(step):\n    def inner():\n        return step(weekly())\n\n    return inner\n",
    ),
    "graphs under other names": _job(
        'h.alias("x")(g.alias("y")())',
        "@graph\ndef g():\n    return weekly()\n\n\n@graph\ndef h(run):\n    return mail(note(run))\n",
    ),
    "variants kept in names": _job(
        "step(run_it())\nmail(run_it())",
        'step = note.alias("a").tag({"x": "y"})\nrun_it = weekly.alias("b").with_hooks(set())\n',
    ),
    "an object that goes on": _job(
        "Chain(weekly()).then(note).then(mail)",
        "class Chain:\n    def __init__(self, run):\n        self.run = run\n\n"
        "    def then(self, step):\n        self.run = step(self.run)\n        return self\n",
    ),
    "a look-up with a default": _job(
        'SINKS.get("a", mail)(weekly())\nSINKS.get("b", mail)(weekly.alias("again")())',
        'SINKS = {"a": note}\n',
    ),
    "an op by its condition": _job("(note if FLAG else mail)(weekly())", "FLAG = True\n"),
    "by the name of the input": _job("for step in (note, mail):\n    step(run=weekly())"),
    "in a list of several": _job(
        'many([note(weekly()), mail(weekly.alias("again")())])',
        '@op\ndef many(runs):\n    for run in runs:\n        print(run["id"])\n',
    ),
}
CONFIGURED = {
    "the decorator": '@configured(dbt_cloud_run_op, config_schema={"which": int})\n'
    'def again(config):\n    return {"job_id": config["which"]}\n',
    "the function": 'again = configured(dbt_cloud_run_op, name="again")({"job_id": 67890})\n',
}


@pytest.mark.parametrize("after", FOLLOWED.values(), ids=FOLLOWED)
def test_each_op_that_may_get_the_run_reads_its_details(tmp_path: Path, after: str) -> None:
    before = after.replace('run["id"]', "run.run_id")
    text, codes = migrate_one(tmp_path, HEAD + before)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert text.split("# -- the user's own\n")[1] == f"{NEW_OPS}\n{after}"


@pytest.mark.parametrize("made", CONFIGURED.values(), ids=CONFIGURED)
def test_an_op_that_configured_makes_is_a_run_op(tmp_path: Path, made: str) -> None:
    after = f"{NEW_OPS}\n{_job('mail(note(again()))', made)}"
    text, codes = migrate_one(tmp_path, HEAD + _job("mail(note(again()))", made))
    assert not [code for code in codes if code.startswith("LDC3")]
    own = text.split("# -- the user's own\n")[1]
    assert own.startswith(NEW_OPS)
    assert own.endswith(after.partition(made)[2])


def test_ops_of_a_file_that_names_nothing_legacy_are_found_through_a_loop(tmp_path: Path) -> None:
    head = HEAD.replace(OPS, "from steps import STEPS, mail, note\n")
    steps = f"from dagster import op\n{OPS}\n\nSTEPS = (note, mail)\n"
    forms = (
        "run = weekly()\nfor step in STEPS:\n    step(run)",
        "run = weekly()\nfor step in (note, mail):\n    step(run)",
    )
    for place, body in enumerate(forms):
        files = {"program.py": head + _job(body), "steps.py": steps}
        texts, report = migrate(tmp_path / str(place), files)
        assert not [one for one in report.findings if one.code.startswith("LDC3")]
        assert texts["steps.py"] == steps.replace(OPS, NEW_OPS)


def test_the_entries_of_a_dict_that_is_spread_are_followed(tmp_path: Path) -> None:
    program = _job('given = {"run": weekly()}\nnote(**given)')
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert 'print(run["job"]["name"])\n    return run' in text
    assert text.endswith(program)


KEPT = {
    "reduce": _job("reduce(lambda value, step: step(value), (note, mail), weekly())"),
    "map": _job("list(map(note, [weekly()]))"),
    "partial": _job("go = partial(note)\ngo(weekly())"),
    "lambdas": _job(
        "for step in STEPS:\n    step(weekly())", "STEPS = [lambda run: note(run), lambda run: mail(run)]\n"
    ),
    "several by a star": _job(
        "both(*STEPS)",
        "STEPS = (note, mail)\n\n\ndef both(*steps):\n    for step in steps:\n        step(weekly())\n",
    ),
    "arguments by a star": _job("given = [weekly()]\nnote(*given)"),
    "ops that are registered": _job(
        "for step in STEPS:\n    step(weekly())",
        "STEPS = []\n\n\ndef register(step):\n    STEPS.append(step)\n    return step\n\n\n"
        "@register\n@op\ndef third(run):\n    print(run.run_id)\n",
    ),
    "ops that others may be among": _job(
        "for step in (note, *more()):\n    step(weekly())",
        "def more():\n    return load_steps()\n",
    ).replace("load_steps()", "__import__('acme').STEPS"),
    "one that another package answers": _job(
        "step = wrap(note) if FLAG else note\nstep(weekly())", "from acme import FLAG, wrap\n"
    ),
    "by a name of a module": _job(
        "getattr(acme, NAME)(weekly())", "import os\n\nimport acme\n\nNAME = os.environ['NAME']\n"
    ),
    "what a closure is called with elsewhere": _job(
        "then = after(weekly())\nthen(note)\nthen(mail)",
        "def after(run):\n    def then(step):\n        return step(run)\n\n    return then\n",
    ),
    "an asset of an op": "LOADED = AssetsDefinition.from_op(weekly)\n" + _job("weekly()"),
    "a bare op that is handed on": _job("partial(dbt_cloud_run_op)()"),
}


NO_OBJECT = "\n\ndef shown(it):\n    return it.run_status\n"
"""A read of what only the facade has: then no class of the file's own serves."""


@pytest.mark.parametrize("program", [KEPT[name] for name in KEPT if "another package" not in name])
def test_what_may_get_a_run_out_of_sight_gets_an_object(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert text.endswith(program)
    assert (
        OPS in text and "class DbtCloudOutput:" in text and "        DbtCloudOutput(run, result),\n" in text
    )
    assert "legacy_shim" not in text


@pytest.mark.parametrize("program", KEPT.values(), ids=KEPT)
def test_what_may_get_a_run_out_of_sight_keeps_the_op(tmp_path: Path, program: str) -> None:
    program += NO_OBJECT
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert "LDC303" in codes
    assert text.partition("# -- the user's own\n")[2] == f"{OPS}\n{program}"
    assert "from legacy_shim import" in text


def test_a_variable_that_may_be_the_bare_op_or_another_stays_a_variable(tmp_path: Path) -> None:
    program = _job(
        "for each in ALL:\n    mail(each())\nthen(dbt_cloud_run_op, note)",
        "ALL = [weekly, dbt_cloud_run_op]\n\n\ndef then(first, step):\n    return step(first())\n",
    )
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert not [code for code in codes if code.startswith("LDC3")]
    own = text.split("# -- the user's own\n")[1]
    assert own.startswith(NEW_OPS)
    assert own.endswith(program)


READ = "\n\nresult = nightly.execute_in_process()\nprint(result.output_for_node({}))\n"
TELL = "@op\ndef tell(run):\n    return str(run.run_id)\n\n\n@op\ndef pass_on(run):\n    return run\n\n\n"
ANSWERS = {
    "of that name": ("tell(weekly())", '"tell"'),
    "of that name in a graph": ("tell(weekly())", '"part.tell"'),
    "of an alias": ('tell.alias("second")(weekly())', '"second"'),
    "of a run op with hooks beside it": ("tell(weekly.with_hooks(set())())", '"tell"'),
}
MAY_ANSWER_RUNS = {
    "the run op": ("weekly()", '"weekly"'),
    "an op that hands it on": ("pass_on(weekly())", '"pass_on"'),
    "an alias of it": ('pass_on.alias("second")(weekly())', '"second"'),
    "an alias whose name is put together": ('pass_on.alias(f"te{1}")(weekly())', '"tell"'),
    "no op of the tree": ("pass_on(weekly())", '"other"'),
    "a name that is put together": ("tell(weekly())", 'f"te{1}"'),
}


@pytest.mark.parametrize(("body", "name"), ANSWERS.values(), ids=ANSWERS)
def test_what_an_op_answered_is_read_by_its_name(tmp_path: Path, body: str, name: str) -> None:
    program = _job(body, TELL) + READ.format(name)
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert text.split("# -- the user's own\n")[1] == f"{OPS}\n" + program.replace("run.run_id", 'run["id"]')


@pytest.mark.parametrize(("body", "name"), MAY_ANSWER_RUNS.values(), ids=MAY_ANSWER_RUNS)
def test_a_name_under_which_a_run_may_be_read_gets_an_object(tmp_path: Path, body: str, name: str) -> None:
    program = _job(body, TELL) + READ.format(name)
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert text.endswith(program) and "class DbtCloudOutput:" in text


@pytest.mark.parametrize(("body", "name"), MAY_ANSWER_RUNS.values(), ids=MAY_ANSWER_RUNS)
def test_a_name_under_which_a_run_may_be_read_keeps_the_op(tmp_path: Path, body: str, name: str) -> None:
    program = _job(body, TELL) + READ.format(name) + NO_OBJECT
    text, codes = migrate_one(tmp_path, HEAD + program)
    assert "LDC303" in codes
    assert text.partition("# -- the user's own\n")[2] == f"{OPS}\n{program}"
