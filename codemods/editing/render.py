"""Text of new code, laid out as a careful colleague would: on one line where it fits, else one argument a line."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..analysis.syntax.source_module import (
    Module,
    Span,
)
from .line_breaks import broken_line
from .style import Comment, Style, is_directive, is_switch


@dataclass(frozen=True)
class Field:
    """One argument of a call: its text, and the comments that speak of it."""

    text: str
    name: str = ""
    comments: tuple[str, ...] = ()
    """Comments on lines of their own before it."""
    trailing: str = ""
    """The comment behind it on its line."""
    inside: tuple[str, ...] = ()
    """Comments within the text that it had."""

    @property
    def code(self) -> str:
        return f"{self.name}={self.text}" if self.name else self.text

    @property
    def is_plain(self) -> bool:
        return not self.comments and not self.trailing and "\n" not in self.text

    def saying(self, text: str, elsewhere: str = "") -> Field:
        """The argument with another text, and with the comments that stood within the old one.

        Those that ``elsewhere`` has stay there: it is written beside the argument.
        """
        lost = [comment for comment in self.inside if comment not in text + elsewhere]
        behind = next((comment for comment in lost if is_directive(comment) and not self.trailing), "")
        above = tuple(comment for comment in lost if comment != behind)
        return Field(text, self.name, (*self.comments, *above), self.trailing or behind)


def call(function: str, fields: Sequence[Field], style: Style, *, before: str = "", behind: str = "") -> str:
    """``function(fields)`` as it stands between ``before`` and ``behind`` on a line."""
    flat = f"{function}({', '.join(field.code for field in fields)})"
    widest = max(len(line) for line in f"{before}{flat}{behind}".split("\n"))
    if all(field.is_plain for field in fields) and widest <= style.width:
        return flat
    return f"{function}(\n{exploded(fields, style)})"


def names(fields: Sequence[Field], style: Style, *, before: str) -> str:
    """The names of a ``from`` import: ``before a, b``, or in parentheses, one a line."""
    flat = ", ".join(field.code for field in fields)
    if all(field.is_plain for field in fields) and len(before) + len(flat) <= style.width:
        return before + flat
    return f"{before}(\n{exploded(fields, style)})"


def exploded(fields: Sequence[Field], style: Style) -> str:
    """The fields one a line, indented, with their comments."""
    lines: list[str] = []
    for field in fields:
        lines += [f"{style.indent}{comment}" for comment in field.comments]
        trailing = f"  {field.trailing}" if field.trailing else ""
        code = field.code.replace("\n", f"\n{style.indent}")
        *before, last = broken_line(f"{style.indent}{code},", style)
        lines += [*before, f"{last}{trailing}"]
    return "".join(f"{line}\n" for line in lines)


def dedent(text: str, column: int) -> str:
    """Text that was cut from an indented place, with its later lines moved left by ``column``."""
    first, *rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join([first, *(_shift(line, column) for line in rest)])


def own_text(module: Module, node: ast.expr) -> str:
    """The text of an expression, with its later lines as if its first stood at the margin."""
    line = module.lines[node.lineno - 1]
    text = dedent(module.source_of(node), len(line) - len(line.lstrip()))
    # Its parentheses are not its own, and there are few places where it may stand without them.
    return f"({text})" if isinstance(node, (ast.NamedExpr, ast.Yield, ast.YieldFrom)) else text


_ATOMS = (
    ast.Name,
    ast.Attribute,
    ast.Call,
    ast.Subscript,
    ast.Constant,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.Tuple,
)


def operand(module: Module, node: ast.expr) -> str:
    """The text of an expression as it can stand before a dot, a call or an operator."""
    text = own_text(module, node)
    is_whole = isinstance(node, (*_ATOMS, ast.NamedExpr)) and stands_alone(text)
    return text if is_whole else f"({text})"


def stands_alone(text: str) -> bool:
    """Whether an expression needs no parentheses around it, also where it has several lines."""
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True


def in_place(module: Module, node: ast.expr, text: str) -> str:
    """Text of several lines as it stands where ``node`` does: indented as its line is, beyond its statement."""
    statement = module.statement_of(node)
    extra = _indent_of(module, node.lineno) - _indent_of(module, statement.lineno)
    return text.replace("\n", "\n" + " " * max(0, extra))


def _indent_of(module: Module, line: int) -> int:
    text = module.lines[line - 1]
    return len(text) - len(text.lstrip())


def _shift(line: str, column: int) -> str:
    blank = len(line) - len(line.lstrip())
    return line[min(column, blank) :]


def with_comments(
    module: Module, style: Style, whole: ast.expr | ast.stmt, parts: Sequence[tuple[ast.AST, Field]]
) -> tuple[list[Field], list[str]]:
    """Give each comment inside ``whole`` to the part that it speaks of; what is left speaks of the whole.

    A comment behind code belongs to the part that ends on its line, a comment on a line of its own to the part
    that follows it. ``Field.saying`` has those that stand within a part, where its new text has them no more.
    What switches a formatter off and on stays together, above the statement.
    """
    span = module.span(whole)
    inside = [
        comment for comment in style.comments if _is_inside(comment, span) and not is_switch(comment.text)
    ]
    spans = [
        (module.span(node), at)
        for at, (node, _) in enumerate(parts)
        if isinstance(node, (ast.expr, ast.keyword, ast.alias))
    ]
    fields = [field for _, field in parts]
    left: list[str] = []
    for comment in inside:
        within = next((at for own, at in spans if _is_inside(comment, own)), None)
        if within is not None:
            fields[within] = replace(fields[within], inside=(*fields[within].inside, comment.text))
            continue
        owner = _owner(comment, spans)
        if owner is None or (comment.trails and fields[owner].trailing):
            left.append(comment.text)
        elif comment.trails:
            fields[owner] = replace(fields[owner], trailing=comment.text)
        else:
            fields[owner] = replace(fields[owner], comments=(*fields[owner].comments, comment.text))
    return fields, left


def _is_inside(comment: Comment, span: Span) -> bool:
    return (span.line, span.column) <= (comment.line, comment.column) < (span.end_line, span.end_column)


def _owner(comment: Comment, spans: Sequence[tuple[Span, int]]) -> int | None:
    if comment.trails:
        ending = [at for span, at in spans if span.end_line == comment.line]
        return ending[-1] if ending else None
    following = [at for span, at in spans if span.line > comment.line]
    return following[0] if following else None


def own_text_with(module: Module, node: ast.expr, renamed: Mapping[str, str]) -> str:
    """The text of an expression with some of its names replaced by other text."""
    text = own_text(module, node)
    base = module.span(node)
    line = module.lines[node.lineno - 1]
    indent = len(line) - len(line.lstrip())
    found = [inner for inner in ast.walk(node) if isinstance(inner, ast.Name) and inner.id in renamed]
    lines = text.split("\n")
    for inner in sorted(found, key=lambda name: (name.lineno, name.col_offset), reverse=True):
        span = module.span(inner)
        row = span.line - base.line
        shift = (
            base.column
            if row == 0
            else min(indent, len(module.lines[span.line - 1]) - len(module.lines[span.line - 1].lstrip()))
        )
        start, end = span.column - shift, span.end_column - shift
        lines[row] = lines[row][:start] + renamed[inner.id] + lines[row][end:]
    return "\n".join(lines)


def signature(name: str, parameters: str, style: Style) -> str:
    """The ``def`` line of a function, its parameters one a line where it would be too long."""
    flat = f"def {name}({parameters}):"
    if len(flat) <= style.width:
        return flat
    return (
        f"def {name}(\n"
        + "".join(f"{style.indent}{parameter},\n" for parameter in parameters.split(", "))
        + "):"
    )
