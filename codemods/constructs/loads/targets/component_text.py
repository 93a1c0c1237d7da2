"""A load becomes a ``DbtCloudComponent``: ``defs.yaml``, and a subclass that waits without a limit and runs all commands of the job.

Source: ``dagster_dbt.cloud_v2.component``, whose own ``execute`` gives up after 60 seconds.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from legacy_shim.dbt_commands import DbtCommand

from ....analysis.syntax.source_module import Module
from ....editing.edits import InsertBefore, ReplaceExpression, ReplaceStatement
from ....editing.render import Field
from ....facts.job_commands import Plan, build_words, command_words, plan_of
from ....facts.jobs import Job
from ....planning.claims import Claim, Context, Rewrite
from ....planning.units import Environment, Unit
from ...job_differences import reuse_note, tell_of_job
from ..aim import Place
from ..asset_text import assigned
from ..bound_once import NAMES, bound_once
from ..described import described_by
from ..read import Load
from ..telling import tell_of_functions, tell_of_runs
from ..translator import FUNCTION_PARAMETERS, translator_of

_PLAIN = re.compile(r"[A-Za-z_][\w./+@-]*(?::[\w./+@-]+)*\Z")
"""Strings that YAML reads as strings without quotes, but for these."""
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null", "none"})
_TAB = "    "
_KEPT = "dagster_dbt_translator"
_RENAMED = dict.fromkeys(FUNCTION_PARAMETERS, _KEPT)


def write_component(claim: Claim[Load], place: Place, unit: Unit, context: Context) -> Rewrite:
    """Write the files of the component, and take the load away, but for the translator that it needs."""
    done = Rewrite()
    module, (ref,) = claim.module, claim.jobs
    job = unit.job_of(ref)
    assert job is not None, "loads wait for their facts"
    plan = plan_of(job)
    translator, comments = _translator(claim, unit, context, done)
    yaml = _yaml(place, job, plan, unit, settings=not translator)
    done.create(place.folder / "defs.yaml", "".join(f"{comment}\n" for comment in comments) + yaml)
    done.create(place.folder / "component.py", _python(claim, job, plan, translator))
    for container in place.lists:
        left = [element for element in container.elts if not _is_of(context, claim, element)]
        text = ", ".join(module.source_of(element) for element in left)
        done.edit(module, ReplaceExpression(module.span(container), f"[{text}]"))
    _report(claim, place, job, plan, unit, context, done)
    return done


def _is_of(context: Context, claim: Claim[Load], element: ast.expr) -> bool:
    return claim.value in context.index.values(claim.module, element)


def _translator(
    claim: Claim[Load], unit: Unit, context: Context, done: Rewrite
) -> tuple[str, tuple[str, ...]]:
    """Put the class of the translator where the load stands; its name, empty where the default one does.

    The comments above the load stay with that class. Where there is none they are answered, to go with the component.
    """
    module, load, style = claim.module, claim.detail, context.style(claim.module)
    assert isinstance(claim.node, ast.Call)
    use = unit.using(done, module)
    bound = bound_once(context, module, load.arguments)
    names = {each: unit.namespace(module).reserve(NAMES[each]) for each in bound}
    name = unit.namespace(module).reserve(f"DbtCloudJob{claim.jobs[0].job_id}Translator")
    found = translator_of(context, module, load.arguments, use, name, checks="", names=names)
    definition = found.definition if found is not None else ""
    parts = [(node, Field("", _RENAMED.get(each, each))) for node, each in load.parts]
    described = described_by(module, style, claim.node, parts)
    fields, left = described.fields({_KEPT: ""} if definition else {}, {_KEPT: definition})
    spoken = [
        *left,
        *(comment for field in fields for comment in (*field.comments, field.trailing) if comment),
    ]
    statement = module.statement_of(claim.node)
    is_whole = isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is claim.node
    if not definition:
        above = comments_above(module, statement) if is_whole else []
        if is_whole:
            done.edit(module, ReplaceStatement(module.span(statement), ""))
        return "", tuple(above)  # Those inside of what is taken away stay, as everywhere.
    assignments = [f"{names[each]} = {assigned(module, load.arguments[each])}" for each in bound]
    text = "\n".join([*spoken, *assignments, *([""] if bound else []), definition]) + "\n"
    edit = ReplaceStatement if is_whole else InsertBefore
    done.edit(module, edit(module.span(statement), text))
    return name, ()


def comments_above(module: Module, statement: ast.stmt) -> list[str]:
    """The comments directly above a statement, which go where it goes."""
    lines = module.text.splitlines()[: statement.lineno - 1]
    found = list(takewhile(lambda line: line.lstrip().startswith("#"), reversed(lines)))
    return [line.strip() for line in reversed(found)]


def _yaml(place: Place, job: Job, plan: Plan, unit: Unit, *, settings: bool) -> str:
    reused = unit.reused.get(Environment.of(job))
    workspace = {**place.workspace, "project_id": job.project_id, "environment_id": job.environment_id}
    retries = {name: workspace.pop(name) for name in list(workspace) if name.startswith("request_")}
    lines = [f"type: .component.DbtCloudJob{job.id}", "", "attributes:", "  workspace:"]
    lines += [f"    {name}: {_scalar(value)}" for name, value in workspace.items()]
    if reused is not None:
        lines.append(f"    adhoc_job_name: {_scalar(reused.name)}  {reuse_note(reused)}")
    lines += [f"    {name}: {_scalar(value)}" for name, value in retries.items()]
    chosen = {"select": plan.select, "exclude": plan.exclude, "selector": plan.selector}
    lines += [f"  {name}: {_scalar(text)}" for name, text in chosen.items() if text]
    lines += ["  cli_args:", *(f"    - {_scalar(word)}" for word in build_words(plan))]
    lines += ["  op:", f"    name: dbt_cloud_job_{job.id}"]
    if settings and not plan.has_checks:
        lines += ["  translation_settings:", "    enable_asset_checks: false"]
    return "\n".join([*lines, "  create_sensor: false"]) + "\n"


def _scalar(value: str | int | float) -> str:
    if not isinstance(value, str):
        return str(value)
    is_plain = _PLAIN.match(value) and value.lower() not in _WORDS
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def _python(claim: Claim[Load], job: Job, plan: Plan, translator: str) -> str:
    imports = ["from dagster_dbt import DbtCloudComponent"]
    methods: list[str] = []
    if translator:
        stem = claim.module.path.stem
        home = ".." if stem == "__init__" else f"..{stem}"
        imports = [
            "from functools import cached_property",
            "",
            *imports,
            "",
            f"from {home} import {translator}",
        ]
        methods += [
            "@cached_property",
            "def translator(self):",
            f"{_TAB}return {translator}({_settings(plan)})",
            "",
        ]
        if not plan.has_checks:
            imports[2] = "from dagster_dbt import DagsterDbtTranslatorSettings, DbtCloudComponent"
    methods += [
        "def execute(self, context):",
        *(_TAB + line for line in _alone(plan.before)),
        f"{_TAB}run = self.workspace.cli(",
        f"{_TAB * 2}self.get_cli_args(context), dagster_dbt_translator=self.translator, context=context",
        f"{_TAB})",
        f'{_TAB}yield from run.wait(timeout=float("inf"))',
        *(_TAB + line for line in _alone(plan.after)),
    ]
    body = "\n".join(_TAB + line if line else "" for line in methods)
    head = "\n".join(imports)
    return f"{head}\n\n\nclass DbtCloudJob{job.id}(DbtCloudComponent):\n{body}\n"


def _settings(plan: Plan) -> str:
    return "" if plan.has_checks else "DagsterDbtTranslatorSettings(enable_asset_checks=False)"


def _alone(commands: Sequence[DbtCommand]) -> Iterator[str]:
    """The other commands of the job: waited for, their events passed over, as the loader does."""
    for command in commands:
        words = ", ".join(json.dumps(word, ensure_ascii=False) for word in command_words(command))
        yield f'list(self.workspace.cli([{words}]).wait(timeout=float("inf")))'


def _report(
    claim: Claim[Load], place: Place, job: Job, plan: Plan, unit: Unit, context: Context, done: Rewrite
) -> None:
    def report(code: str, message: str) -> None:
        done.report(claim.module, claim.node, code, message, claim.name)

    tell_of_job(done, claim, job, "", unit.where(claim.jobs[0], job), plan)
    tell_of_runs(claim, context, done)
    tell_of_functions(claim, context, [job], done)
    name = place.folder.name
    report(
        "LDC231",
        f"the assets of job {job.id} are made from stored state: without `dg utils refresh-defs-state` before the "
        f"deployment, the code location loads without them and reports nothing; update {name}/defs.yaml by hand when the job changes",
    )
    report("LDC232", f"each run starts with a `dbt parse` in dbt Cloud before the commands of job {job.id}")
