"""``dbt_cloud_run_op.configured({...}, name=...)`` becomes an ``@op`` of the same name that runs the job.

v2 has no such op. The new one takes the same input, needs the same resource key, runs and awaits the same job, and
records the same asset keys. Source: ``dagster_dbt.cloud.ops`` and ``dagster_dbt.cloud.utils``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from legacy_shim.catalogue import BY_NAME

from .. import render
from ..claims import Claim, Context, Rewrite
from ..client_methods import Method
from ..edits import ReplaceStatement
from ..findings import Finding
from ..index import Reference
from ..modules import Module
from ..render import Field
from ..run_and_poll import run_and_poll
from ..style import Style
from ..units import Unit
from ..v2 import Use
from ..values import External, Literal

NAME = "dbt_cloud_run_op"
KEY = "dbt_cloud"
"""The resource key that the op requires."""
_SETTINGS = frozenset(
    {"job_id", "poll_interval", "poll_timeout", "yield_materializations", "asset_key_prefix"}
)
_BUILT = ("model", "seed", "snapshot")
_SUCCESS = ("success", "no-op", "reused", "warn")


@dataclass(frozen=True, eq=False)
class RunOp:
    """A configured op: the variable that holds it, the name it has, and its configuration."""

    variable: str
    name: ast.expr | None
    description: ast.expr | None
    settings: dict[str, ast.expr]


def claims(context: Context) -> Iterator[Claim]:
    """One claim for each place that names the op."""
    for reference in context.index.references:
        for place, link in enumerate(reference.chain):
            if External(f"legacy.{NAME}") in context.index.values(reference.module, link):
                yield _claim(context, reference, place)
                break


def _claim(context: Context, reference: Reference, place: int) -> Claim:
    module, chain = reference.module, reference.chain
    problem, found = _read(context, reference, place)
    call = chain[place + 2] if len(chain) > place + 2 else chain[place]
    blocked = (Finding(module.place(chain[place]), "LDC302", problem, NAME),) if problem else ()
    jobs = (context.job_ref(module, found.settings["job_id"]),) if found is not None and not problem else ()
    return Claim(
        construct="run_op",
        module=module,
        node=call,
        name=NAME,
        code=BY_NAME[NAME].code,
        keys=frozenset({KEY}),
        jobs=jobs,
        blocked=blocked,
        covers=frozenset({chain[0]}),
        detail=found,
    )


def _read(context: Context, reference: Reference, place: int) -> tuple[str, RunOp | None]:
    module, chain = reference.module, reference.chain
    rest = chain[place + 1 :]
    is_configured = len(rest) == 2 and isinstance(rest[0], ast.Attribute) and rest[0].attr == "configured"
    if not is_configured or not isinstance(rest[1], ast.Call):
        return "only `dbt_cloud_run_op.configured({...}, name=...)` has a v2 form", None
    call = rest[1]
    statement = module.parent(call)
    if not (
        isinstance(statement, ast.Assign)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0], ast.Name)
    ):
        return "the configured op is not assigned to a name", None
    arguments = dict(zip(("config_or_config_fn", "name"), call.args, strict=False))
    arguments |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    config = arguments.get("config_or_config_fn")
    named = context.index.values(module, config) if isinstance(config, ast.Name) else frozenset()
    if len(named) == 1:
        (display,) = named
        # A dict that is read elsewhere too stays where it is, and the op says the same.
        config = display.node if isinstance(display, Literal) and display.module is module else config
    if not isinstance(config, ast.Dict) or set(arguments) - {"config_or_config_fn", "name", "description"}:
        return "its configuration is no dict that can be read here", None
    settings: dict[str, ast.expr] = {}
    for key, value in zip(config.keys, config.values, strict=True):
        if not (isinstance(key, ast.Constant) and key.value in _SETTINGS) or isinstance(value, ast.Dict):
            return "its configuration has entries that cannot be read here", None
        settings[str(key.value)] = value
    if "job_id" not in settings:
        return "its configuration names no job", None
    materializes = settings.get("yield_materializations")
    if materializes is not None and not isinstance(materializes, ast.Constant):
        return "`yield_materializations` is no constant", None
    return "", RunOp(statement.targets[0].id, arguments.get("name"), arguments.get("description"), settings)


def rewrite(claim: Claim, unit: Unit, context: Context) -> Rewrite:
    """Put the op where the configured one is assigned."""
    done = Rewrite()
    module, found = claim.module, claim.detail
    assert isinstance(found, RunOp) and isinstance(claim.node, ast.Call)
    style, use = context.style(module), unit.using(done, module)
    decorator, comments = _decorator(module, found, claim.node, style, use)
    method = Method("run_job_and_poll", tuple(found.settings.items()))
    client = f"context.resources.{KEY}.get_client()"
    body = run_and_poll(method, module, "run", client, "client", use, style)
    body += [*_materializations(module, found, style, use), *_output(style, use)]
    lines = [
        *comments,
        decorator,
        f"def {found.variable}(context):",
        *(f"{style.indent}{line}" for line in body),
    ]
    statement = module.statement_of(claim.node)
    done.edit(module, ReplaceStatement(module.span(statement), "\n".join(lines) + "\n"))
    node = claim.node
    done.tell(module, node, "LDC213", "its output is a mapping of run details", NAME)
    if _materializations(module, found, style, use):
        done.tell(
            module,
            node,
            "LDC206",
            "materializations keep status and execution time, and lose the other times",
            NAME,
        )
    done.tell(module, node, "LDC212", 'the cause is "Triggered by dagster."', NAME)
    done.tell(module, node, "LDC218", "requests time out after 15 seconds, and are retried as v2 does", NAME)
    if "poll_timeout" in found.settings:
        done.tell(module, node, "LDC216", "the run goes on in dbt Cloud when poll_timeout passes", NAME)
    return done


def _decorator(module: Module, found: RunOp, call: ast.Call, style: Style, use: Use) -> tuple[str, list[str]]:
    fields: list[Field] = []
    is_named = isinstance(found.name, ast.Constant) and found.name.value == found.variable
    if not is_named:
        name = render.own_text(module, found.name) if found.name is not None else style.string(NAME)
        fields.append(Field(name, "name"))
    if found.description is not None:
        fields.append(Field(render.own_text(module, found.description), "description"))
    start = f"{{{style.string('start_after')}: {use('dagster', 'In')}({use('dagster', 'Nothing')})}}"
    fields.append(Field(start, "ins"))
    fields.append(Field(f"{{{style.string(KEY)}}}", "required_resource_keys"))
    tags = f"{{{style.string('dagster/compute_kind')}: {style.string('dbt_cloud')}}}"
    fields.append(Field(tags, "tags"))
    _, comments = render.with_comments(module, style, call, [])
    return render.call(f"@{use('dagster', 'op')}", fields, style), comments


def _materializations(module: Module, found: RunOp, style: Style, use: Use) -> list[str]:
    wanted = found.settings.get("yield_materializations")
    if isinstance(wanted, ast.Constant) and not wanted.value:
        return []
    text, tab = style.string, style.indent
    prefix = found.settings.get("asset_key_prefix")
    if isinstance(prefix, ast.List) and all(isinstance(part, ast.Constant) for part in prefix.elts):
        start = "".join(f"{module.source_of(part)}, " for part in prefix.elts)
    else:
        start = f"*{render.own_text(module, prefix)}, " if prefix is not None else f"{text('dbt')}, "
    built = ", ".join(text(kind) for kind in _BUILT)
    success = ", ".join(text(status) for status in _SUCCESS)
    return [
        f"if {text('run_results.json')} in client.list_run_artifacts(run[{text('id')}]):",
        f"{tab}for result in client.get_run_results_json(run[{text('id')}])[{text('results')}]:",
        f"{tab * 2}node = result[{text('unique_id')}].split({text('.')})",
        f"{tab * 2}if node[0] in ({built}) and result[{text('status')}] in ({success}):",
        f"{tab * 3}yield {use('dagster', 'AssetMaterialization')}(",
        f"{tab * 4}[{start}*node],",
        f"{tab * 4}metadata={{",
        f"{tab * 5}{text('Status')}: result[{text('status')}],",
        f"{tab * 5}{text('Execution Time (seconds)')}: result[{text('execution_time')}],",
        f"{tab * 4}}},",
        f"{tab * 3})",
    ]


def _output(style: Style, use: Use) -> list[str]:
    tab, text = style.indent, style.string
    keys = {
        "created_at": "created_at",
        "started_at": "started_at",
        "finished_at": "finished_at",
        "total_duration": "duration",
        "run_duration": "run_duration",
    }
    entries = [f"{tab * 2}{text(name)}: run[{text(key)}]," for name, key in keys.items()]
    return [
        f"yield {use('dagster', 'Output')}(",
        f"{tab}run,",
        f"{tab}metadata={{",
        *entries,
        f"{tab}}},",
        ")",
    ]
