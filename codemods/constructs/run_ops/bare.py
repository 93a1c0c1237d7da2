"""``dbt_cloud_run_op`` that is not configured in one readable piece becomes an op of the user's own, with its config.

    from dagster_dbt import dbt_cloud_run_op      ->  @op(config_schema={"job_id": int, ...}, ...)
    dbt_cloud_run_op.alias("nightly")                 def dbt_cloud_run_op(context): ...

Whatever is done with it stays as it is: aliases, tags, hooks, run configuration in Python and in YAML.
Source: ``dagster_dbt.cloud.ops``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from legacy_shim.catalogue import BY_NAME

from ...analysis.inference.legacy_names import RESUMES
from ...analysis.inference.values import Literal
from ...analysis.syntax.scopes import (
    Binding,
    Imported,
)
from ...analysis.syntax.source_module import Module
from ...analysis.uses.index import Reference
from ...editing.edits import (
    InsertBefore,
    ReplaceExpression,
)
from ...editing.render import Field
from ...editing.style import Style
from ...findings import Finding
from ...planning.claims import (
    Claim,
    Context,
    JobRef,
    Kind,
    Rewrite,
    goes_by_name,
)
from ...planning.parts import Uses
from ...planning.units import Unit
from ...planning.v2 import Use
from ..clients.run_and_poll import (
    INTERVAL,
    Poll,
    fails_in,
)
from .configured import is_changed, read
from .op_text import (
    NAME,
    PREFIX,
    Materializations,
    answers_of,
    op_text,
    tell_of_op,
)
from .places import KEY, places_of_op


@dataclass(frozen=True, eq=False)
class Bare:
    """A use of the op: the name that its module has for it, and the first statement of the module that uses it."""

    name: str
    """Empty where the module reaches it through another module, or by several names."""
    first: ast.stmt
    is_first: bool
    """Whether this use is the first of its module, for which the op is written."""


CONSTRUCT = Kind[Bare]("run_op_bare")


def claims(context: Context) -> Iterator[Claim[Bare]]:
    """One claim for each use."""
    found = [
        (reference, place)
        for reference, place in places_of_op(context)
        if read(context, reference, place) is None
    ]
    uses = [
        (reference, reference.chain[place])
        for reference, place in found
        if _spells_op(context, reference, place)
    ]
    yield from (
        _of_variable(reference, place)
        for reference, place in found
        if not _spells_op(context, reference, place)
    )
    under_its_name = [reference.module for reference, link in uses if not _is_named(reference.module, link)]
    homes = list(dict.fromkeys(under_its_name))
    for module in dict.fromkeys(reference.module for reference, _ in uses):
        own = [(reference, link) for reference, link in uses if reference.module is module]
        name = _common_name(context, module, [link for _, link in own])
        first = min(
            (module.top_statement_of(link) for _, link in own), key=lambda statement: statement.lineno
        )
        launched = _jobs_in_run_config(context, module)
        for place, (reference, link) in enumerate(own):
            jobs = _jobs_in_configuration(context, module, link) or launched
            # One that is not known stands for those which cannot be read.
            jobs = jobs or (context.job_ref(module, link),)
            yield _claim(context, reference, link, Bare(name, first, place == 0), homes, jobs)


def _spells_op(context: Context, reference: Reference, place: int) -> bool:
    """Whether a use names the op, and not a variable that may stand for it, which then stands for the new one."""
    module, link = reference.module, reference.chain[place]
    if isinstance(link, ast.Name):
        bindings = context.index.tree.names(module).lookup(module, link.id, link)
        return all(isinstance(binding, Imported) for binding in bindings)
    if isinstance(link, ast.Call):
        return isinstance(link.func, ast.Name) and link.func.id == "getattr"
    return isinstance(link, ast.Attribute)


def _is_named(module: Module, link: ast.expr) -> bool:
    """Whether a use makes an op of another name: ``dbt_cloud_run_op.configured({...}, name="nightly")``."""
    above = module.parent(link)
    call = module.parent(above) if isinstance(above, ast.Attribute) and above.attr == "configured" else None
    return (
        isinstance(call, ast.Call)
        and call.func is above
        and (len(call.args) == 2 or any(word.arg == "name" for word in call.keywords))
    )


def _jobs_in_configuration(context: Context, module: Module, link: ast.expr) -> tuple[JobRef, ...]:
    """The jobs that what the op is configured with may name: ``.configured(JOBS["nightly"], name="nightly")``."""
    above = module.parent(link)
    call = module.parent(above) if isinstance(above, ast.Attribute) and above.attr == "configured" else None
    if not isinstance(call, ast.Call) or call.func is not above:
        return ()
    given = [*call.args[:1], *(word.value for word in call.keywords if word.arg == "config_or_config_fn")]
    found = [context.constants.under(module, config, "job_id") for config in given]
    known = [context.job_ref(home, node) for each in found for home, node in each.places]
    is_as_written = all(each.is_all for each in found) and not any(
        isinstance(value, Literal) and is_changed(context, value)
        for config in given
        for value in context.index.values(module, config)
    )
    unknown = [] if is_as_written else [context.job_ref(module, link)]
    return tuple(ref for ref in known if ref.job_ids or ref.variable) + tuple(unknown)


def _jobs_in_run_config(context: Context, module: Module) -> tuple[JobRef, ...]:
    """The jobs that the dicts of a module name, which is where a bare op gets its job from."""
    found = [
        context.job_ref(module, value)
        for node in module.nodes
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "job_id"
    ]
    return tuple(ref for ref in found if ref.job_ids or ref.variable)


def _of_variable(reference: Reference, place: int) -> Claim[Bare]:
    """A variable that may stand for the op stands for the new one where that takes its place."""
    module, link = reference.module, reference.chain[place]
    return Claim(
        construct=CONSTRUCT,
        part=Uses(),
        module=module,
        node=link,
        name=NAME,
        code=BY_NAME[NAME].code,
        keys=frozenset({KEY}),
        covers=frozenset({reference.chain[0]}),
        is_site=False,
        detail=Bare(NAME, module.top_statement_of(link), is_first=False),
    )


def _claim(
    context: Context,
    reference: Reference,
    link: ast.expr,
    bare: Bare,
    homes: list[Module],
    jobs: tuple[JobRef, ...],
) -> Claim[Bare]:
    module = reference.module
    said = ""
    above = module.parent(link)
    if context.index.resumes and isinstance(above, ast.Attribute) and above.attr == "configured":
        # Such an entry makes another op of it, with a field more.
        said = f"its configuration may have `{RESUMES}`: assign `.configured({{...}})` to a name, with plain values"
    elif len(homes) > 1 and module in homes:
        # Op names are unique in a code location: each file cannot have one of its own.
        said = f"{homes[0].path.name} also uses it unconfigured, and two ops cannot have one name: write `dbt_cloud_run_op.configured({{'job_id': ...}}, name='...')`"
    return Claim(
        construct=CONSTRUCT,
        part=Uses(),
        module=module,
        node=link,
        name=NAME,
        code=BY_NAME[NAME].code,
        keys=frozenset({KEY}),
        jobs=jobs,
        blocked=_blocked(context, module, link, said),
        covers=frozenset({reference.chain[0]}),
        detail=bare,
    )


def _blocked(context: Context, module: Module, link: ast.expr, said: str) -> tuple[Finding, ...]:
    if said:
        return (Finding(module.place(link), "LDC302", said, NAME),)
    if context.run_objects:
        return ()
    above = module.parent(link)
    call = module.parent(above) if isinstance(above, ast.Attribute) else None
    if isinstance(above, ast.Attribute) and not (isinstance(call, ast.Call) and call.func is above):
        passed = f"`{module.source_of(above)}` is passed on as a value, which cannot be traced: call it here"
        return (Finding(module.place(link), "LDC303", passed, NAME),)
    return goes_by_name(context, module, link, NAME)


def _common_name(context: Context, module: Module, links: list[ast.expr]) -> str:
    """The name that an import at the top of the module gives to the op, where all uses go by it."""
    names = {link.id if isinstance(link, ast.Name) else "" for link in links}
    if len(names) != 1:
        return ""
    (name,) = names
    bindings: list[Binding] = context.index.tree.names(module).tables.get(module.tree, {}).get(name, [])
    is_plain = (
        len(bindings) == 1
        and isinstance(bindings[0], Imported)
        and module.parent(bindings[0].node) is module.tree
    )
    return name if is_plain else ""


def rewrite(claim: Claim[Bare], unit: Unit, context: Context) -> Rewrite:
    """Put the op before the first statement that uses it, under the name that the module has for it."""
    done = Rewrite()
    module, bare = claim.module, claim.detail
    style, use = context.style(module), unit.using(done, module)
    name = bare.name or unit.namespace(module).shared(NAME)
    if bare.is_first:
        text = op_text(
            name,
            _own_fields(name, use, style),
            _poll(style, context),
            _materializations(style),
            use,
            style,
            before=["config = context.op_config"],
            answers=answers_of(context, module, unit, done),
        )
        done.edit(module, InsertBefore(module.span(bare.first), text, blank=True))
        tell_of_op(done, claim, context, materializes=True, limits=True, undescribed=True)
    if not bare.name:
        done.edit(module, ReplaceExpression(module.span(claim.node), name))
    return done


def _own_fields(name: str, use: Use, style: Style) -> list[Field]:
    text = style.string
    field, prefix = use("dagster", "Field"), ", ".join(text(part) for part in PREFIX)
    schema = {
        "job_id": use("dagster", "IntSource"),
        "poll_interval": f"{field}(float, default_value={float(INTERVAL)})",
        "poll_timeout": f"{field}({use('dagster', 'Noneable')}(float), default_value=None)",
        "yield_materializations": f"{field}({use('dagster', 'BoolSource')}, default_value=True)",
        "asset_key_prefix": f"{field}([{use('dagster', 'StringSource')}], default_value=[{prefix}])",
    }
    entries = "".join(f"{style.indent}{text(key)}: {value},\n" for key, value in schema.items())
    named = [] if name == NAME else [Field(text(NAME), "name")]
    return [*named, Field(f"{{\n{entries}}}", "config_schema")]


def _poll(style: Style, context: Context) -> Poll:
    return Poll(
        job=_config("job_id", style),
        interval=_config("poll_interval", style),
        timeout=_config("poll_timeout", style),
        related=not context.release.lacks("related"),
        fails=fails_in(context),
    )


def _materializations(style: Style) -> Materializations:
    return Materializations(
        f"*{_config('asset_key_prefix', style)}", _config("yield_materializations", style)
    )


def _config(key: str, style: Style) -> str:
    return f"config[{style.string(key)}]"
