"""The ``DagsterDbtTranslator`` that takes the place of ``node_info_to_*`` functions, as text.

Source: ``dagster_dbt.dagster_dbt_translator``. v2 asks the translator what legacy asked those functions.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from ...analysis.inference.values import (
    External,
    Local,
)
from ...analysis.syntax.functions import names_read
from ...analysis.syntax.source_module import (
    FUNCTIONS,
    Module,
)
from ...editing import render
from ...editing.style import Style
from ...planning.claims import Context
from ...planning.v2 import Use
from .asked_of_others import can_be_asked

PROPS = "dbt_resource_props"
_KEY, _GROUP = "node_info_to_asset_key", "node_info_to_group_fn"
_AUTOMATION, _FRESHNESS = "node_info_to_auto_materialize_policy_fn", "node_info_to_freshness_policy_fn"
FUNCTION_PARAMETERS = (_KEY, _GROUP, _AUTOMATION, _FRESHNESS)


@dataclass(frozen=True)
class Translator:
    """``definition`` is the class to write before the assets (empty for none); ``argument`` what to pass."""

    definition: str
    argument: str


_SPEC = "manifest, unique_id, project"
_IN_METHODS = frozenset({"self", PROPS})
_BOUND_AROUND: Mapping[str, frozenset[str]] = {
    **dict.fromkeys((_KEY, _GROUP, _AUTOMATION), _IN_METHODS),
    _FRESHNESS: _IN_METHODS | {*_SPEC.split(", ")},
    "partition_key_to_vars_fn": frozenset({"context"}),
}
"""The parameters of the functions in which those of the user are called, by what they were given as."""
_POLICIES = frozenset({"dagster.FreshnessPolicy", "dagster.LegacyFreshnessPolicy"})


def translator_of(
    context: Context,
    module: Module,
    arguments: Mapping[str, ast.expr],
    use: Use,
    class_name: str,
    *,
    checks: str,
    names: Mapping[str, str],
) -> Translator | None:
    """The translator for a load; None where the default one does.

    ``checks`` says whether there are asset checks, as text; empty where there are, as by default. ``names`` has what
    functions are called that are not written out.
    """
    style = context.style(module)
    methods: list[str] = []
    for parameter in FUNCTION_PARAMETERS:
        function = arguments.get(parameter)
        if function is not None and not _is_none_function(function, parameter):
            name = names.get(parameter)
            asked = f"{name}({PROPS})" if name else call_text(module, function, PROPS)
            methods += _method(context, module, parameter, function, asked, use, style, is_named=bool(name))
    settings = ""
    if checks:
        settings = f"{use('dagster_dbt', 'DagsterDbtTranslatorSettings')}(enable_asset_checks={checks})"
    if not methods:
        return (
            Translator("", f"{use('dagster_dbt', 'DagsterDbtTranslator')}({settings})") if settings else None
        )
    head = f"class {class_name}({use('dagster_dbt', 'DagsterDbtTranslator')}):\n"
    return Translator(head + "\n".join(methods), f"{class_name}({settings})")


def _method(
    context: Context,
    module: Module,
    parameter: str,
    function: ast.expr,
    asked: str,
    use: Use,
    style: Style,
    *,
    is_named: bool,
) -> list[str]:
    indent = style.indent
    is_source = f"if {PROPS}[{style.string('resource_type')}] == {style.string('source')}:"
    is_safe = not is_named and can_be_asked(context.index.evaluator, module, function, "sources")
    guard = [] if is_safe or PROPS not in asked else [is_source, f"{indent}return None"]
    if parameter == _KEY:
        if not _makes_asset_keys(context, module, function):
            # Legacy took text, a list or a key alike.
            asked = f"{use('dagster', 'AssetKey')}.from_coercible({asked})"
        return [_def("get_asset_key", [f"return {asked}"], indent)]
    if parameter == _GROUP:
        return [_def("get_group_name", [*guard, f"return {asked}"], indent)]
    if parameter == _AUTOMATION:
        return [_def("get_auto_materialize_policy", [*guard, f"return {asked}"], indent)]
    spec = local_name(function, "spec", "asset_spec")
    lines = [
        f"{spec} = super().get_asset_spec(manifest, unique_id, project)",
        f"{PROPS} = self.get_resource_props(manifest, unique_id)",
    ]
    if PROPS not in asked:
        del lines[1]
    elif guard:
        lines += [is_source, f"{indent}return {spec}"]
    lines += _with_freshness(context, module, function, spec, asked, use, style)
    return [_def("get_asset_spec", lines, indent, _SPEC)]


def _with_freshness(
    context: Context, module: Module, function: ast.expr, spec: str, asked: str, use: Use, style: Style
) -> list[str]:
    """Return the spec with the policy, which legacy took of either class."""
    classes = _policy_classes(context, module, function)
    if classes == {"FreshnessPolicy"}:
        return _returned(f"{spec}.replace_attributes", "freshness_policy", asked, style)
    if classes == {"LegacyFreshnessPolicy"}:
        # `replace_attributes` takes such a policy, and leaves it out. Source: dagster's asset_spec.
        return _returned(f"{spec}._replace", "legacy_freshness_policy", asked, style)
    policy = local_name(function, "policy", "freshness_policy")
    return [
        f"{policy} = {asked}",
        f"if isinstance({policy}, {use('dagster', 'FreshnessPolicy')}):",
        f"{style.indent}return {spec}.replace_attributes(freshness_policy={policy})",
        f"return {spec}._replace(legacy_freshness_policy={policy})",
    ]


def _returned(function: str, parameter: str, text: str, style: Style) -> list[str]:
    before = "return "
    fields = [render.Field(text, parameter)]
    return [before + render.call(function, fields, style, before=style.indent * 2 + before)]


def _policy_classes(context: Context, module: Module, function: ast.expr) -> set[str]:
    """The classes of freshness policies that a function names."""
    homes: list[tuple[Module, ast.AST]] = [(module, function)]
    if not isinstance(function, ast.Lambda):
        homes = [
            (value.module, value.node)
            for value in context.index.values(module, function)
            if isinstance(value, Local) and isinstance(value.node, FUNCTIONS)
        ]
    return {
        value.name.removeprefix("dagster.")
        for home, root in homes
        for node in ast.walk(root)
        if isinstance(node, (ast.Name, ast.Attribute))
        for value in context.index.values(home, node)
        if isinstance(value, External) and value.name in _POLICIES
    }


def _def(name: str, lines: list[str], indent: str, parameters: str = PROPS) -> str:
    body = "".join(f"{indent * 2}{line.replace(chr(10), chr(10) + indent * 2)}\n" for line in lines)
    return f"{indent}def {name}(self, {parameters}):\n{body}"


def call_text(module: Module, function: ast.expr, argument: str) -> str:
    """``function(argument)``; the body of a lambda, with ``argument`` for its parameter."""
    if not isinstance(function, ast.Lambda):
        return f"{render.operand(module, function)}({argument})"
    parameters = [*function.args.posonlyargs, *function.args.args]
    inner_names = {node.id for node in ast.walk(function.body) if isinstance(node, ast.Name)}
    nested = any(
        isinstance(node, (ast.Lambda, ast.ListComp, ast.GeneratorExp)) for node in ast.walk(function.body)
    )
    if len(parameters) != 1 or nested or argument.split(".")[0] in inner_names:
        return f"({render.own_text(module, function)})({argument})"
    body = render.own_text_with(module, function.body, {parameters[0].arg: argument})
    return body if render.stands_alone(body) else f"({body})"


def local_name(function: ast.expr, *wanted: str) -> str:
    """The first of these names that a user's function, which is called where it is bound, does not go by."""
    read = names_read(function)
    return next((name for name in wanted if name not in read), f"{wanted[-1]}_2")


def hidden_by(parameter: str, function: ast.expr) -> str:
    """A name that the function reads, and that is another thing where it would be called; empty for none."""
    return min(names_read(function) & _BOUND_AROUND.get(parameter, frozenset()), default="")


def _makes_asset_keys(context: Context, module: Module, function: ast.expr) -> bool:
    """Whether a function returns ``AssetKey(...)``, or a function of dagster_dbt, wherever it returns."""
    if isinstance(function, ast.Lambda):
        return _is_asset_key(context, module, function.body)
    values = context.index.values(module, function)
    for value in values:
        if isinstance(value, External):
            return value.name.startswith("dagster_dbt")
        if isinstance(value, Local) and isinstance(value.node, FUNCTIONS):
            returns = [node for node in ast.walk(value.node) if isinstance(node, ast.Return)]
            return bool(returns) and all(
                node.value is not None and _is_asset_key(context, value.module, node.value)
                for node in returns
            )
    return False


def _is_asset_key(context: Context, module: Module, node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_asset_key(context, module, node.body) and _is_asset_key(context, module, node.orelse)
    return isinstance(node, ast.Call) and bool(
        context.index.values(module, node.func)
        & {External("dagster.AssetKey"), External("dagster_dbt.default_asset_key_fn")}
    )


def _is_none_function(function: ast.expr, parameter: str) -> bool:
    """Whether a function says nothing: ``None``, or a lambda that returns None where that is the default too."""
    if isinstance(function, ast.Constant):
        return function.value is None
    is_none = (
        isinstance(function, ast.Lambda)
        and isinstance(function.body, ast.Constant)
        and function.body.value is None
    )
    return is_none and parameter == _FRESHNESS
