"""What pydantic hands to functions of a class or a field: validators and serializers get the value of a field.

class Report(BaseModel):
    run: Any

    @field_validator("run")
    def check(cls, value): ...                  value is the run, which nothing here follows
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..dagster_api.decorators import resolved
from ..inference.values import Local
from ..syntax.classes import annotated_fields
from ..syntax.source_module import FUNCTIONS, Module
from .carriers import Carriers
from .escape import Escape
from .index import Index

_PYDANTIC = ("pydantic.", "pydantic_core.")
_OF_FIELDS = frozenset({"field_validator", "validator", "field_serializer"})
_OF_MODELS = frozenset({"model_validator", "root_validator", "model_serializer"})
_IN_ANNOTATIONS = ("Validator", "Serializer")
_ALL = frozenset({"items", "values", "copy"})
"""Methods by which a function gets at all fields of a model, without their names."""


def validated_fields(index: Index, carriers: Carriers) -> Iterator[Escape]:
    """Each field that holds something legacy, and is handed to a function by pydantic."""
    for module in index.tree.modules.values():
        for node in module.of(ast.ClassDef):
            owner = Local(module, node)
            for at, fields in (*_by_functions(index, owner), *_by_annotations(index, module, node)):
                values = (index.evaluator.objects.attribute(owner, field) for field in sorted(fields))
                carried = carriers.of_all(frozenset().union(*values))
                if carried:
                    said = "hands it to a function, which is not followed: check and change it where the object is made"
                    yield Escape(module, at, carried, said)


def _by_functions(index: Index, owner: Local) -> Iterator[tuple[ast.expr, frozenset[str]]]:
    """What decorates the functions of a class that pydantic calls, and the fields that they get."""
    assert isinstance(owner.node, ast.ClassDef)
    module = owner.module
    for function in owner.node.body:
        if not isinstance(function, FUNCTIONS):
            continue
        for decorator in function.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            name = _name_of_pydantic(index, module, call.func if call else decorator)
            if name in _OF_FIELDS and call is not None:
                named = {arg.value for arg in call.args if isinstance(arg, ast.Constant)}
                is_written = len(named) == len(call.args) and "*" not in named
                yield decorator, frozenset(map(str, named)) if is_written else _fields(index, owner)
            elif name in _OF_MODELS and not _is_given_object(call):
                yield decorator, _named_in(function, _fields(index, owner))


def _is_given_object(call: ast.Call | None) -> bool:
    """Whether a validator gets the object when it is made: what it reads of ``self`` is followed."""
    return call is not None and any(
        word.arg == "mode" and isinstance(word.value, ast.Constant) and word.value.value == "after"
        for word in call.keywords
    )


def _named_in(function: ast.AST, fields: frozenset[str]) -> frozenset[str]:
    """The fields that a function may read of the dict of all of them."""
    nodes = [*ast.walk(function)]
    if any(isinstance(node, ast.Attribute) and node.attr in _ALL for node in nodes):
        return fields
    return fields & {str(node.value) for node in nodes if isinstance(node, ast.Constant)}


def _by_annotations(
    index: Index, module: Module, owner: ast.ClassDef
) -> Iterator[tuple[ast.expr, frozenset[str]]]:
    """Functions in the annotation of a field: ``Annotated[Any, AfterValidator(check)]``."""
    for field in owner.body:
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        calls = (inner for inner in ast.walk(field.annotation) if isinstance(inner, ast.Call))
        for call in calls:
            if _name_of_pydantic(index, module, call.func).endswith(_IN_ANNOTATIONS):
                yield call, frozenset({field.target.id})


def _fields(index: Index, owner: Local) -> frozenset[str]:
    lineage = (one.node for one in index.evaluator.lineage(owner))
    return frozenset(
        name for node in lineage if isinstance(node, ast.ClassDef) for name in annotated_fields(node)
    )


def _name_of_pydantic(index: Index, module: Module, node: ast.expr) -> str:
    """The last part of the name that pydantic has for something; empty where it is not pydantic's."""
    names = resolved(index.evaluator, module, node)
    return next((name.rpartition(".")[2] for name in sorted(names) if name.startswith(_PYDANTIC)), "")
