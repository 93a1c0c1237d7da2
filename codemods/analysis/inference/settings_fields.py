"""Fields that pydantic's ``BaseSettings`` reads from the environment: ``settings.job_id`` is ``APP_JOB_ID``, or its default.

Only what is read by the plain rules is known: a prefix, a name in the place of the field's, a default. A class that changes
how its fields are filled (other sources, a validator, a call that says otherwise) is as not known as before.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..syntax.classes import fields_of, is_own_object, may_be_replaced
from ..syntax.functions import decorator_name, takes_unwritten
from ..syntax.source_module import Module
from .branches import Branches
from .possible import Place, Possible, made_at
from .set_aside import is_set_aside
from .values import External, Instance, Local

if TYPE_CHECKING:
    from .interpreter import Evaluator

_OF_ALIAS = {
    "pydantic_settings.BaseSettings": ("validation_alias", "alias"),
    "pydantic_settings.main.BaseSettings": ("validation_alias", "alias"),
    "pydantic.BaseSettings": ("env",),
    "pydantic.v1.BaseSettings": ("env",),
}
"""The classes of settings, and the arguments of ``Field`` by which each names a variable."""
_NAMING = frozenset({"validation_alias", "alias", "env"})
_COMPUTING = frozenset(
    {"__init__", "__new__", "__getattr__", "__getattribute__", "__init_subclass__", "model_post_init"}
    | {"settings_customise_sources", "customise_sources", "model_validate", "model_construct"}
)
"""What a class may have that gives its fields other values."""
_KINDS = {
    **dict.fromkeys(("int", "PositiveInt", "NonNegativeInt"), "int"),
    **dict.fromkeys(("int | None", "Optional[int]", "typing.Optional[int]"), "int"),
    **dict.fromkeys(("str", "str | None", "Optional[str]", "typing.Optional[str]"), "str"),
    "bool": "bool",
}
"""Annotations of fields, and what the text of a variable becomes for them."""
_TRUE = frozenset({"1", "on", "t", "true", "y", "yes"})
_FALSE = frozenset({"0", "off", "f", "false", "n", "no"})
_FILES = frozenset({"env_file", "secrets_dir"})
_HARMLESS = frozenset(
    {"extra", "frozen", "title", "env_file_encoding", "env_nested_delimiter", "env_nested_max_split"}
    | {"validate_default", "arbitrary_types_allowed", "protected_namespaces", "use_enum_values"}
)
"""Settings of a class that change nothing of how a plain field is read."""


@dataclass(frozen=True)
class SettingsField:
    """How a field is filled."""

    names: tuple[str, ...]
    """The variables that are asked, in order."""
    is_exact: bool
    """Whether capitals matter."""
    kind: str
    """What a string of the environment becomes: ``int``, ``bool`` or ``str``."""
    default: Place | None
    reads_file: bool
    """Whether a file that is not seen may say it where no variable does."""

    def value_in(self, environment: Mapping[str, str]) -> tuple[str, int | str | None] | None:
        """The variable that says it and what it says, None where that cannot be; None where no variable says it."""
        for name in self.names:
            said = {one: text for one, text in environment.items() if self._is(one, name)}
            if len(said) > 1:
                return name, None
            for text in said.values():
                return name, self._read(text)
        return None

    def _is(self, one: str, name: str) -> bool:
        return one == name if self.is_exact else one.lower() == name.lower()

    def _read(self, text: str) -> int | str | None:
        match self.kind:
            case "int":
                return int(text) if text.isascii() and text.isdecimal() else None
            case "bool":
                return True if text.lower() in _TRUE else False if text.lower() in _FALSE else None
        return text


def places_of_settings(
    evaluator: Evaluator, module: Module, node: ast.Attribute, branches: Branches
) -> Possible | None:
    """A field that settings read from the environment is made where it is read; None for other attributes."""
    if settings_field(evaluator, module, node, branches) is None:
        return None
    return made_at(module, node).read_from(evaluator.places(module, node.value, branches).held_by)


def settings_field(
    evaluator: Evaluator, module: Module, node: ast.Attribute, branches: Branches
) -> SettingsField | None:
    """How ``node`` is filled, where it is a field that settings read from the environment; None where that is not certain."""
    asked = ("names settings", None)
    if not evaluator.answer(asked, lambda: _names_settings(evaluator), False):
        return None
    owner = _owner(evaluator, module, node.value, node.attr, branches)
    if owner is None:
        return None
    lineage = evaluator.objects.lineage(owner)
    root = lineage[-1]
    assert isinstance(root.node, ast.ClassDef)
    (base,) = evaluator.values(root.module, root.node.bases[0])
    aliases = _OF_ALIAS.get(base.name, ()) if isinstance(base, External) else ()
    declared = next(((one, field) for one in lineage if (field := _declared(one, node.attr))), None)
    config = _config(lineage)
    if declared is None or config is None or _is_changed(evaluator, owner, lineage, node.attr):
        return None
    return _read(*declared, config, aliases)


def _names_settings(evaluator: Evaluator) -> bool:
    evaluator.fixpoint.watch(("files", None))
    return any(b"BaseSettings" in data for data in evaluator.tree.data.values())


def _owner(
    evaluator: Evaluator, module: Module, node: ast.expr, name: str, branches: Branches
) -> Local | None:
    """The one class of settings that an expression is an object of, which nothing is given as ``name``."""
    if is_own_object(module, node):
        own = [value.owner for value in evaluator.values(module, node) if isinstance(value, Instance)]
        heirs = [heir for one in own for heir in evaluator.objects.derived_from(one)]
        is_plain = len(own) == 1 and not any(_declared(heir, name) or _says(heir) for heir in heirs)
        return own[0] if is_plain and _is_settings(evaluator, own[0]) else None
    made = evaluator.places(module, node, branches)
    owners = {_made(evaluator, home, place, name) for home, place in made.places}
    return owners.pop() if made.is_all and len(owners) == 1 else None


def _made(evaluator: Evaluator, module: Module, call: ast.expr, name: str) -> Local | None:
    if not isinstance(call, ast.Call) or call.args or takes_unwritten(call):
        return None
    if any(word.arg is None or word.arg == name or word.arg.startswith("_") for word in call.keywords):
        return None
    classes = list(evaluator.values(module, call.func))
    classes = classes or evaluator.attributes.unread_classes(module, call.func)
    owner = classes[0] if len(classes) == 1 else None
    return owner if isinstance(owner, Local) and _is_settings(evaluator, owner) else None


def _is_settings(evaluator: Evaluator, owner: Local) -> bool:
    """Whether a class derives from ``BaseSettings``, by one line of plain classes."""
    for one in evaluator.objects.lineage(owner):
        node = one.node
        if not isinstance(node, ast.ClassDef) or node.decorator_list or len(node.bases) != 1:
            return False
        found = evaluator.values(one.module, node.bases[0])
        if not found or fields_of(node) & _COMPUTING:
            return False
        if any(isinstance(value, External) and value.name not in _OF_ALIAS for value in found):
            return False
    return True


def _declared(owner: Local, name: str) -> ast.AnnAssign | None:
    return next(
        (
            one
            for one in getattr(owner.node, "body", ())
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and one.target.id == name
        ),
        None,
    )


def _is_changed(evaluator: Evaluator, owner: Local, lineage: Sequence[Local], name: str) -> bool:
    """Whether a field may have another value than the environment gives it."""
    objects = evaluator.objects
    return any(
        name in objects.changed_in_place(one)
        or may_be_replaced(one.node, name)
        or is_set_aside(evaluator, one, name)
        for one in lineage
    ) or bool(list(objects.given(owner, name)))


def _config(lineage: Sequence[Local]) -> Mapping[str, object] | None:
    """What the classes say of how their fields are read, the first before those above; None where that is not known."""
    found: dict[str, object] = {}
    for one in reversed(lineage):
        for name, value in _says(one).items():
            if name not in {"env_prefix", "case_sensitive", *_FILES, *_HARMLESS}:
                return None
            if not isinstance(value, ast.Constant) and name in ("env_prefix", "case_sensitive"):
                return None
            found[name] = value.value if isinstance(value, ast.Constant) else value
    return found


def _says(owner: Local) -> Mapping[str, ast.expr]:
    """What a class says of how its fields are read: in ``model_config``, ``class Config`` or its own arguments."""
    node = owner.node
    assert isinstance(node, ast.ClassDef)
    found = {word.arg or "**": word.value for word in node.keywords}
    for one in node.body:
        match one:
            case ast.ClassDef(name="Config", bases=bases, body=body):
                found |= dict.fromkeys(["**"] if bases else [], ast.Constant(None))
                for said in body:
                    if isinstance(said, ast.Assign) and isinstance(said.targets[0], ast.Name):
                        found[said.targets[0].id] = said.value
                    elif not isinstance(said, (ast.Expr, ast.Pass)):
                        found["**"] = ast.Constant(None)
            case (
                ast.Assign(targets=[ast.Name(id="model_config")], value=given)
                | ast.AnnAssign(target=ast.Name(id="model_config"), value=given)
            ):
                found |= _said_by(given)
    return found


def _said_by(node: ast.expr | None) -> dict[str, ast.expr]:
    match node:
        case ast.Call(args=[], keywords=words) if decorator_name(node) in (
            "SettingsConfigDict",
            "ConfigDict",
            "dict",
        ):
            return {word.arg or "**": word.value for word in words}
        case ast.Dict(keys=keys, values=values):
            names = [key.value if isinstance(key, ast.Constant) else "**" for key in keys]
            return {str(name): value for name, value in zip(names, values, strict=True)}
    return {"**": ast.Constant(None)}


def _read(
    owner: Local, field: ast.AnnAssign, config: Mapping[str, object], aliases: Sequence[str]
) -> SettingsField | None:
    kind = _kind(ast.unparse(field.annotation))
    if not kind:
        return None
    assert isinstance(field.target, ast.Name)
    default, words = field.value, {}
    if isinstance(default, ast.Call):
        if decorator_name(default) != "Field" or takes_unwritten(default):
            return None
        words = {word.arg: word.value for word in default.keywords}
        default = default.args[0] if default.args else words.get("default")
    if "default_factory" in words or not _NAMING.isdisjoint({*map(str, words)} - {*aliases}):
        return None
    alias = next((words[one] for one in aliases if one in words), None)
    if isinstance(default, ast.Constant) and default.value is ...:
        default = None
    is_exact = config.get("case_sensitive", False)
    names = _names(field.target.id, alias, str(config.get("env_prefix", "")), is_exact=bool(is_exact))
    if names is None or not isinstance(is_exact, bool):
        return None
    place = (owner.module, default) if default is not None else None
    reads_file = any(config.get(name) is not None for name in _FILES)
    return SettingsField(names, is_exact, kind, place, reads_file)


def _kind(annotation: str) -> str:
    """What the text of a variable becomes for a field; empty where that is not known."""
    if annotation.startswith(("Literal['", "typing.Literal['")):
        return "str"
    return _KINDS.get(annotation, "")


def _names(field: str, alias: ast.expr | None, prefix: str, *, is_exact: bool) -> tuple[str, ...] | None:
    """The variables that a field is read from; None where they are not written there."""
    match alias:
        case None:
            found = [f"{prefix}{field}"]
        case ast.Constant(value=str(name)):
            found = [name]
        case ast.Call(args=args, keywords=[]) if decorator_name(alias) == "AliasChoices":
            found = [str(one.value) for one in args if isinstance(one, ast.Constant)]
            if len(found) != len(args):
                return None
        case ast.List(elts=args) if args and all(isinstance(one, ast.Constant) for one in args):
            found = [str(one.value) for one in args if isinstance(one, ast.Constant)]
        case _:
            return None
    return tuple(name if is_exact else name.upper() for name in found)
