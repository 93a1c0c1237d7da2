"""What code reads of a file beside it: ``yaml.safe_load((Path(__file__).parent / "jobs.yml").read_text())``."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..dagster_api.decorators import resolved
from ..syntax.functions import decorator_name
from ..syntax.scopes import Assigned, Entered
from ..syntax.source_module import Module
from .branches import EVERY_BRANCH
from .possible import Place
from .texts import text_of

if TYPE_CHECKING:
    from .interpreter import Evaluator

_FORMS: Mapping[str, str] = {
    **dict.fromkeys(("yaml.safe_load", "yaml.load", "yaml.full_load"), "yaml"),
    **dict.fromkeys(("json.load", "json.loads"), "json"),
    **dict.fromkeys(("tomllib.load", "tomllib.loads", "tomli.load", "tomli.loads"), "toml"),
}
_NAMES = frozenset(name.rpartition(".")[2] for name in _FORMS)
_SAFE = frozenset({"yaml.SafeLoader", "yaml.CSafeLoader", "yaml.FullLoader"})
_PATHS = frozenset({"pathlib.Path", "str", "os.path.abspath", "os.path.realpath", "os.fspath"})
_JOINING = frozenset({"os.path.join", "dagster.file_relative_path", "pathlib.Path"})
_SAME = frozenset({"resolve", "absolute", "as_posix"})
_DEEPEST = 12


def data_read(evaluator: Evaluator, module: Module, call: ast.Call) -> Place | None:
    """What a call reads of a file of the checkout, as an expression in a module of its own; None for other calls."""
    if decorator_name(call) not in _NAMES or not call.args:
        return None
    names = resolved(evaluator, module, call.func)
    forms = {_FORMS.get(name, "") for name in names}
    if len(forms) != 1 or "" in forms or not _is_plain(evaluator, module, call, names):
        return None
    path = _Reader(evaluator).opened(module, call.args[0], 0)
    home = evaluator.tree.data_at(path, forms.pop()) if path is not None else None
    statement = home.tree.body[0] if home is not None and home.tree.body else None
    return (home, statement.value) if home is not None and isinstance(statement, ast.Expr) else None


def is_data(module: Module) -> bool:
    """Whether a module is what a file beside the code holds, which may be changed without the code."""
    return module.path.suffix != ".py"


def _is_plain(evaluator: Evaluator, module: Module, call: ast.Call, names: frozenset[str]) -> bool:
    """Whether a call makes nothing of the file but what is written there."""
    others = [*call.args[1:], *(word.value for word in call.keywords)]
    if names != {"yaml.load"}:
        return not others
    return len(others) == 1 and bool(resolved(evaluator, module, others[0]) & _SAFE)


@dataclass(frozen=True, eq=False)
class _Reader:
    """Follows an expression to the file that it stands for, through names that are bound once."""

    evaluator: Evaluator

    def opened(self, module: Module, node: ast.expr, depth: int) -> Path | None:
        """The file that an expression is the content of, or a handle of."""
        if depth > _DEEPEST:
            return None
        match node:
            case ast.Call(func=ast.Name("open") as name, args=[path, *_]) if resolved(
                self.evaluator, module, name
            ) == {"open"}:
                return self.path(module, path, depth + 1)
            case ast.Call(func=ast.Attribute(value=path, attr="open" | "read_text" | "read_bytes")):
                return self.path(module, path, depth + 1)
            case ast.Call(func=ast.Attribute(value=handle, attr="read"), args=[]):
                return self.opened(module, handle, depth + 1)
            case ast.Name():
                bound = self.evaluator.bound(module, node)
                match bound:
                    case [Entered(item=item)] if item.optional_vars is not None:
                        is_name = isinstance(item.optional_vars, ast.Name)
                        return self.opened(module, item.context_expr, depth + 1) if is_name else None
                    case [Assigned(value=value, path=(), adds=False)]:
                        return self.opened(module, value, depth + 1)
        return None

    def path(self, module: Module, node: ast.expr, depth: int) -> Path | None:
        """The path that an expression is, put together from ``__file__``."""
        if depth > _DEEPEST:
            return None
        match node:
            case ast.Name("__file__") if not self.evaluator.bound(module, node):
                return module.path
            case ast.Attribute(value=inner, attr="parent"):
                found = self.path(module, inner, depth + 1)
                return found.parent if found is not None else None
            case ast.Subscript(
                value=ast.Attribute(value=inner, attr="parents"), slice=ast.Constant(int(place))
            ):
                found = self.path(module, inner, depth + 1)
                above = list(found.parents) if found is not None else []
                return above[place] if 0 <= place < len(above) else None
            case ast.BinOp(op=ast.Div(), left=left, right=right):
                return self._joined(module, left, [right], depth)
            case ast.Call(func=ast.Attribute(value=inner, attr=attr), args=[]) if attr in _SAME:
                return self.path(module, inner, depth + 1)
            case ast.Call(func=ast.Attribute(value=inner, attr="joinpath"), args=parts):
                return self._joined(module, inner, parts, depth)
            case ast.Call(func=ast.Attribute(value=inner, attr="with_name"), args=[name]):
                found = self.path(module, inner, depth + 1)
                text = text_of(self.evaluator.tree, module, name)
                return found.parent / text if found is not None and text else None
            case ast.Call(args=[first, *parts], keywords=[]):
                return self._called(module, node, first, parts, depth)
        return self._behind(module, node, depth)

    def _called(
        self, module: Module, node: ast.Call, first: ast.expr, parts: list[ast.expr], depth: int
    ) -> Path | None:
        names = resolved(self.evaluator, module, node.func)
        if not parts and names and names <= _PATHS:
            return self.path(module, first, depth + 1)
        if not parts and names == {"os.path.dirname"}:
            found = self.path(module, first, depth + 1)
            return found.parent if found is not None else None
        if parts and names and names <= _JOINING:
            base = self._joined(module, first, parts, depth)
            return (
                base if names != {"dagster.file_relative_path"} else self._beside(module, first, parts, depth)
            )
        return None

    def _beside(self, module: Module, first: ast.expr, parts: list[ast.expr], depth: int) -> Path | None:
        found = self.path(module, first, depth + 1)
        texts = [text_of(self.evaluator.tree, module, part) for part in parts]
        return found.parent.joinpath(*texts) if found is not None and all(texts) else None

    def _joined(self, module: Module, base: ast.expr, parts: list[ast.expr], depth: int) -> Path | None:
        found = self.path(module, base, depth + 1)
        texts = [text_of(self.evaluator.tree, module, part) for part in parts]
        return found.joinpath(*texts) if found is not None and all(texts) else None

    def _behind(self, module: Module, node: ast.expr, depth: int) -> Path | None:
        """The path that a name stands for, or a parameter that one call gives."""
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return None
        origins = self.evaluator.places(module, node, EVERY_BRANCH)
        if not origins.is_all or len(origins.places) != 1 or origins.places[0][1] is node:
            return None
        home, place = origins.places[0]
        return self.path(home, place, depth + 1)
