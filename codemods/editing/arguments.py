"""Arguments and entries put into a call or display, and taken out, laid out as the others are. LibCST nodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst


def drop_argument(call: cst.Call, place: int) -> cst.Call:
    """The call without the argument at ``place``; a comment behind the one before it stays."""
    args = list(call.args)
    gone = args.pop(place)
    if place == len(args) and args:
        args[-1] = _as_last(args[-1], gone)
    if not args and not any(isinstance(node, cst.Comment) for node in _nodes_of(call.whitespace_before_args)):
        return call.with_changes(args=[], whitespace_before_args=cst.SimpleWhitespace(""))
    return call.with_changes(args=args)


def _nodes_of(node: cst.CSTNode) -> list[cst.CSTNode]:
    return [node, *(inner for child in node.children for inner in _nodes_of(child))]


def drop_entry(display: cst.Dict, place: int) -> cst.Dict:
    """The dict display without the entry at ``place``."""
    elements = list(display.elements)
    gone = elements.pop(place)
    if place == len(elements) and elements:
        elements[-1] = _as_last(elements[-1], gone)
    if not elements:
        return display.with_changes(elements=[], lbrace=cst.LeftCurlyBrace(), rbrace=cst.RightCurlyBrace())
    return display.with_changes(elements=elements)


def _as_last(arg: Any, gone: Any) -> Any:
    """An argument or entry where the last one stood: what was before the closing bracket is there still."""
    if isinstance(arg.comma, cst.Comma) and _comment_of(arg.comma) is not None:
        end = (
            gone.comma.whitespace_after
            if isinstance(gone.comma, cst.Comma)
            else getattr(gone, "whitespace_after_arg", None)
        )
        last_line = (
            end.last_line if isinstance(end, cst.ParenthesizedWhitespace) else cst.SimpleWhitespace("")
        )
        after = arg.comma.whitespace_after
        assert isinstance(after, cst.ParenthesizedWhitespace)
        return arg.with_changes(
            comma=arg.comma.with_changes(
                whitespace_after=after.with_changes(last_line=last_line, empty_lines=[])
            )
        )
    if isinstance(gone, cst.Arg):
        return arg.with_changes(comma=gone.comma, whitespace_after_arg=gone.whitespace_after_arg)
    return arg.with_changes(comma=gone.comma)


def prepend_argument(call: cst.Call, value: Any) -> cst.Call:
    """The call with one more positional argument, the first."""
    if not call.args:
        return call.with_changes(args=[cst.Arg(value)])
    start = call.whitespace_before_args
    is_exploded = isinstance(start, cst.ParenthesizedWhitespace)
    between = (
        start.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])
        if is_exploded
        else cst.SimpleWhitespace(" ")
    )
    first = cst.Arg(value, comma=cst.Comma(whitespace_after=between))
    return call.with_changes(args=[first, *call.args])


def add_argument(call: cst.Call, name: str, value: Any, comment: str = "") -> cst.Call:
    """The call with one more keyword argument, the last; the comment stands behind it if the line ends there.

    Where the call has it already, as another edit added it, the elements of the two lists come together.
    """
    given = next((one for one in call.args if one.keyword is not None and one.keyword.value == name), None)
    if given is not None and isinstance(given.value, cst.List) and isinstance(value, cst.List):
        both = given.value
        for element in value.elements:
            both = add_element(both, element.value)
        return call.with_deep_changes(given, value=both)
    argument = cst.Arg(
        keyword=cst.Name(name),
        value=value,
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )
    if not call.args:
        return call.with_changes(args=[argument])
    last = call.args[-1]
    has_comma = isinstance(last.comma, cst.Comma)
    end = last.comma.whitespace_after if isinstance(last.comma, cst.Comma) else last.whitespace_after_arg
    separator, end = _spaces(call.args, call.whitespace_before_args, end)
    before = last.with_changes(
        comma=cst.Comma(whitespace_after=separator), whitespace_after_arg=cst.SimpleWhitespace("")
    )
    if comment and has_comma and isinstance(end, cst.ParenthesizedWhitespace) and not end.first_line.comment:
        told = cst.TrailingWhitespace(cst.SimpleWhitespace("  "), cst.Comment(comment))
        end = end.with_changes(first_line=told)
    added = (
        argument.with_changes(comma=cst.Comma(whitespace_after=end))
        if has_comma
        else argument.with_changes(whitespace_after_arg=end)
    )
    return call.with_changes(args=[*call.args[:-1], before, added])


def add_entry(display: cst.Dict, key: Any, value: Any) -> cst.Dict:
    """The dict display with one more entry, the last."""
    opening, closing = display.lbrace.whitespace_after, display.rbrace.whitespace_before
    elements, closing = _added(display.elements, cst.DictElement(key, value), opening, closing)
    return display.with_changes(
        elements=elements, rbrace=display.rbrace.with_changes(whitespace_before=closing)
    )


def add_element(display: cst.List, value: Any) -> cst.List:
    """The list display with one more element, the last."""
    opening, closing = display.lbracket.whitespace_after, display.rbracket.whitespace_before
    elements, closing = _added(display.elements, cst.Element(value), opening, closing)
    return display.with_changes(
        elements=elements, rbracket=display.rbracket.with_changes(whitespace_before=closing)
    )


def _added(items: Sequence[Any], new: Any, opening: Any, closing: Any) -> tuple[list[Any], Any]:
    """The items with a new one behind the last, and what stands before the closing bracket then."""
    if not items:
        return [new], closing
    last = items[-1]
    end = last.comma.whitespace_after if isinstance(last.comma, cst.Comma) else closing
    separator, end = _spaces(items, opening, end)
    before = last.with_changes(comma=cst.Comma(whitespace_after=separator))
    if isinstance(last.comma, cst.Comma):
        return [*items[:-1], before, new.with_changes(comma=cst.Comma(whitespace_after=end))], closing
    return [*items[:-1], before, new], end


def _spaces(items: Sequence[Any], start: Any, end: Any) -> tuple[Any, Any]:
    """What stands between the last item and a new one, and what stands between that and the closing bracket.

    ``start`` and ``end`` are what stands behind the opening and before the closing bracket. A comment behind the last
    item stays with it.
    """
    between = [item.comma.whitespace_after for item in items[:-1] if isinstance(item.comma, cst.Comma)]
    comment = (
        end.first_line if isinstance(end, cst.ParenthesizedWhitespace) and end.first_line.comment else None
    )
    model = between[-1] if between else start if _is_break(start) else end
    if comment is not None and not _is_break(model):
        model = end
    if not _is_break(model):
        return cst.SimpleWhitespace(" "), end
    separator = model.with_changes(first_line=comment or cst.TrailingWhitespace(), empty_lines=[])
    return separator, end.with_changes(first_line=cst.TrailingWhitespace()) if comment else end


def _is_break(whitespace: Any) -> bool:
    return isinstance(whitespace, cst.ParenthesizedWhitespace)


def _comment_of(comma: cst.Comma) -> cst.Comment | None:
    after = comma.whitespace_after
    return after.first_line.comment if isinstance(after, cst.ParenthesizedWhitespace) else None
