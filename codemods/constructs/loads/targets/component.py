"""Which loads of a ``dg`` project can be a ``DbtCloudComponent``, and where its files go.

The component has a workspace of its own, from YAML, in which a token never stands; it is loaded where its folder is, and
makes no partitions. Source: ``dagster_dbt.cloud_v2.component``.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

from ....analysis.dagster_api.decorators import decorators_of_dagster, is_builtin
from ....analysis.inference.legacy_names import thing_kind
from ....analysis.inference.values import External, Local, Made
from ....analysis.syntax.functions import is_none
from ....analysis.syntax.source_module import FUNCTIONS, Module
from ....analysis.uses.uses import Argument, Element
from ....facts.job_commands import NoSingleBuild, build_words, plan_of
from ....facts.jobs import Job
from ....files.dg_projects import against_new_folder, defs_folder
from ....planning.claims import Claim, Context
from ....planning.settings import RETRIES, TOKEN, Setting
from ....planning.v2 import DEFAULT_HOST
from ...resource.env_vars import Kind, kind_of, variable_at
from ...resource.settings import settings_of
from ..aim import Place
from ..read import Load

_TEMPLATES = ("{{", "{%", "{#")
"""What YAML's values are templates by."""
_PARTITIONED = ("partitions_def", "partition_key_to_vars_fn")


def place_of(context: Context, claim: Claim[Load], taken: set[Path]) -> Place | str:
    """The place for a load, or why it does not become a component. `taken` has the folders of others."""
    (ref,) = claim.jobs
    job = context.facts.job(ref.job_id) if ref.job_id is not None else None
    against = context.release.lacks("component") or _against_load(claim)
    if ref.varies:
        against = against or f"deployments run different jobs here: {ref.in_words}"
    if against or job is None:
        return against or "its job id is not known"
    against = _against_words(job) or _against_file(context, claim)
    if against:
        return against
    workspace = _workspace(context, claim)
    if isinstance(workspace, str):
        return workspace
    lists = _lists(context, claim)
    if isinstance(lists, str):
        return lists
    folder = _folder(claim, job, taken)
    if folder is None:
        return f"{claim.module.path.parent.name} has a folder dbt_cloud_job_{job.id} already"
    taken.add(folder)
    return Place(folder, workspace, lists)


def _against_load(claim: Claim[Load]) -> str:
    load, (ref,), module = claim.detail, claim.jobs, claim.module
    if load.makes_several:
        return "the call loads several jobs, or one of several, and a component runs one"
    if ref.source:
        return f"its job id comes from {ref.source}, and YAML holds the facts of one job"
    for name in _PARTITIONED:
        if name in load.arguments and not is_none(load.arguments[name]):
            return "a component has no partitions"
    if module.parent(module.statement_of(claim.node)) is not module.tree:
        return "it is not loaded at the top level of its file"
    sequence = load.sequence
    if sequence.wrapped or sequence.unstarred or sequence.taken or sequence.is_taken_apart:
        return "the code uses what it loads as a sequence of definitions"
    return ""


def _against_words(job: Job) -> str:
    try:
        plan = plan_of(job)
    except NoSingleBuild as error:
        return str(error)
    words = [job.name, plan.select, plan.exclude, plan.selector, *build_words(plan)]
    held = next((word for word in words if any(sign in word for sign in _TEMPLATES)), None)
    return f"`{held}` would be a template in YAML" if held is not None else ""


def _against_file(context: Context, claim: Claim[Load]) -> str:
    path = claim.module.path
    defs = defs_folder(path)
    if defs is None:
        return "its file is not in the folder of definitions (defs) of a dg project: pyproject.toml has no [tool.dg.project] for it"
    if path.resolve().parent != defs and defs not in path.resolve().parents:
        return "its file is not in the folder of definitions of its dg project"
    if not context.index.loads_packages:
        return "no file loads the folder of definitions (load_from_defs_folder)"
    return against_new_folder(path, defs)


def _lists(context: Context, claim: Claim[Load]) -> tuple[ast.List, ...] | str:
    """The lists given to ``Definitions`` that lose the load; why it stays where something else uses it."""
    assert claim.value is not None
    found: list[ast.List] = []
    for use in context.index.sinks(claim.value):
        match use:
            case Element(container=ast.List() as container, spread=None, starred=None, operand=None) if (
                use.module is claim.module and use.node in container.elts and not use.through
            ):
                given = claim.module.parent(container)
                if isinstance(given, ast.keyword) and given.arg == "assets" and _loses(claim, container):
                    found.append(container)
                    continue
            case Argument(name="assets") if use.module is claim.module and use.through:
                if context.index.values(use.module, use.call.func) == {External("dagster.Definitions")}:
                    continue
        return f"the assets are used at {use.module.path.name}:{use.node.lineno}, and a component does not return its assets"
    if not found and _has_definitions(context, claim.module):
        return "its file has Definitions that do not list it, so Dagster does not load it here"
    return _against_names(claim, found) or tuple(found)


def _has_definitions(context: Context, module: Module) -> bool:
    """Whether a file says itself what is loaded of it: all else in it is passed over."""
    evaluator = context.index.evaluator
    return any(
        (isinstance(node, FUNCTIONS) and "definitions" in decorators_of_dagster(evaluator, module, node))
        or (
            isinstance(node, ast.Call)
            and External("dagster.Definitions") in context.index.values(module, node.func)
        )
        for node in module.nodes
    )


def _against_names(claim: Claim[Load], lists: Sequence[ast.List]) -> str:
    """Where the file speaks of the name of the load once more, which goes: deletes it, binds it again, hands it out."""
    statement = claim.module.statement_of(claim.node)
    targets = (
        [statement.target] if isinstance(statement, ast.AnnAssign) else getattr(statement, "targets", [])
    )
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is not claim.node:
        return ""
    known = {*targets, *(element for one in lists for element in one.elts)}
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    for node in claim.module.nodes:
        is_other = isinstance(node, ast.Name) and node.id in names and node not in known
        is_text = isinstance(node, ast.Constant) and node.value in names
        if isinstance(node, ast.expr) and (is_other or is_text):
            return f"{claim.module.path.name}:{node.lineno} also names it, and a component has no such name"
    return "" if len(names) == len(targets) else "it is assigned to something else than a name"


def _loses(claim: Claim[Load], container: ast.List) -> bool:
    """Whether a list can be written again without one of its elements: on one line, where no comment is."""
    text = claim.module.source_of(container)
    return "\n" not in text and "#" not in text


def _folder(claim: Claim[Load], job: Job, taken: set[Path]) -> Path | None:
    beside = claim.module.path.parent
    statement = claim.module.statement_of(claim.node)
    names = [f"dbt_cloud_job_{job.id}"]
    match statement:
        case ast.Assign(targets=[ast.Name(id=name), *_], value=value) if value is claim.node:
            names.insert(0, name)
    for name in names:
        folder = beside / name
        is_free = not folder.exists() and not folder.is_symlink() and not (beside / f"{name}.py").exists()
        if is_free and folder not in taken:
            return folder
    return None


def _workspace(context: Context, claim: Claim[Load]) -> dict[str, str | int | float] | str:
    if len(claim.resources) != 1:
        return "its resource may be one of several"
    (resource,) = claim.resources
    if not isinstance(resource.call, ast.Call) or thing_kind(resource) != "resource":
        return "its resource is configured where it is launched"
    if _is_of_user(context, resource):
        return "its resource is of a class of yours, and a component has the workspace of dagster-dbt"
    problem, settings = settings_of(context, resource)
    if problem or settings is None:
        return problem or "what its resource is built with cannot be read"
    found: dict[str, str | int | float] = {}
    for name, setting in settings.values.items():
        if name == "disable_schedule_on_trigger":
            continue
        key = {
            "account_id": "account_id",
            "dbt_cloud_host": "access_url",
            **dict.fromkeys(TOKEN, "token"),
        }.get(name, name)
        value = _value(context, setting)
        if value is None or (key == "token" and not str(value).startswith("{{")):
            where = (
                "is in the code, and must not be copied to YAML" if key == "token" else "cannot be determined"
            )
            return f"the {name} of its resource {where}: read it from the environment"
        if key == "access_url" and str(value).startswith("{{"):
            return "the host of its resource comes from the environment, and may end in a slash, which v2 does not accept"
        if key not in {"account_id", "token", "access_url", *RETRIES}:
            return f"a component's workspace has no `{name}`"
        found[key] = value
    found["access_url"] = str(found.get("access_url", DEFAULT_HOST)).rstrip("/")
    order = ("account_id", "token", "access_url", *RETRIES)
    return {name: found[name] for name in order if name in found}


def _is_of_user(context: Context, resource: Made) -> bool:
    assert isinstance(resource.call, ast.Call)
    return any(isinstance(one, Local) for one in context.index.values(resource.module, resource.call.func))


def _value(context: Context, setting: Setting) -> str | int | float | None:
    """A setting as YAML has it; None where it cannot be read."""
    if setting.access:
        return None
    module, node = setting.module, setting.node
    while True:
        places = list(context.constants.origins(module, node).places)
        if len(places) != 1:
            return None
        module, node = places[0]
        inner = _inside_int(context, module, node)
        if inner is None:
            break
        node = inner
    kind = kind_of(context, setting)
    variable = None if kind in (Kind.PLAIN, Kind.MIXED) else variable_at(context, module, node)
    if variable is None:
        read = context.constants.variable_read_at(module, node)
        is_alone = isinstance(node, ast.Subscript) or (isinstance(node, ast.Call) and len(node.args) == 1)
        variable = read if is_alone and not getattr(node, "keywords", None) else None
        if read is not None and variable is None:
            return None
    if variable is not None:
        name = variable.value if isinstance(variable, ast.Constant) else None
        return f"{{{{ env.{name} }}}}" if isinstance(name, str) and name.isidentifier() else None
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None


def _inside_int(context: Context, module: Module, node: ast.expr) -> ast.expr | None:
    """What ``int(...)`` is given, which YAML's numbers need not say."""
    match node:
        case ast.Call(func=ast.Name(id="int") as function, args=[inner], keywords=[]):
            return inner if is_builtin(context.index.evaluator, module, function) else None
    return None
