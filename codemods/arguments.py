"""Arguments and entries put into a call or display, and taken out, laid out as the others are. LibCST nodes."""

from __future__ import annotations

from typing import Any

import libcst as cst


def drop_argument(call: cst.Call, place: int) -> cst.Call:
    """The call without the argument at ``place``; a comment behind the one before it stays."""
    args = list(call.args)
    gone = args.pop(place)
    if place == len(args) and args:
        args[-1] = _as_last(args[-1], gone)
    return call.with_changes(args=args)


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


def add_argument(call: cst.Call, name: str, value: Any) -> cst.Call:
    """The call with one more keyword argument, the last."""
    argument = cst.Arg(
        keyword=cst.Name(name),
        value=value,
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )
    if not call.args:
        return call.with_changes(args=[argument])
    args, argument = _joined(list(call.args), argument)
    return call.with_changes(args=[*args, argument])


def add_entry(display: cst.Dict, key: Any, value: Any) -> cst.Dict:
    """The dict display with one more entry, the last."""
    entry = cst.DictElement(key, value)
    if not display.elements:
        return display.with_changes(elements=[entry])
    elements, entry = _joined(list(display.elements), entry)
    return display.with_changes(elements=[*elements, entry])


def _joined(items: list[Any], new: Any) -> tuple[list[Any], Any]:
    """Put a comma between the last item and the new one, laid out as the items before."""
    last = items[-1]
    trailing = last.comma if isinstance(last.comma, cst.Comma) else None
    between = next((item.comma for item in items[:-1] if isinstance(item.comma, cst.Comma)), None)
    if trailing is not None:
        # The last comma holds the way to the closing bracket, comments included; it moves behind the new item.
        whitespace = between.whitespace_after if between is not None else _same_line_or_next(trailing)
        if _comment_of(trailing) is not None:
            # A comment behind the last item stays with that item.
            items[-1] = last.with_changes(
                comma=trailing.with_changes(whitespace_after=_next_line(trailing, between))
            )
            return items, new.with_changes(comma=_closing(trailing))
        items[-1] = last.with_changes(comma=cst.Comma(whitespace_after=whitespace))
        return items, new.with_changes(comma=trailing)
    separator = cst.Comma(whitespace_after=between.whitespace_after if between else cst.SimpleWhitespace(" "))
    moved = last.with_changes(comma=separator)
    if isinstance(last, cst.Arg):
        new = new.with_changes(whitespace_after_arg=last.whitespace_after_arg)
        moved = moved.with_changes(whitespace_after_arg=cst.SimpleWhitespace(""))
    items[-1] = moved
    return items, new


def _same_line_or_next(comma: cst.Comma) -> Any:
    """The whitespace for between two items, where the only comma there is comes before the closing bracket."""
    after = comma.whitespace_after
    if isinstance(after, cst.ParenthesizedWhitespace):
        return after.with_changes(
            first_line=cst.TrailingWhitespace(),
            empty_lines=[],
            last_line=cst.SimpleWhitespace(after.last_line.value + "    "),
        )
    return cst.SimpleWhitespace(" ")


def _comment_of(comma: cst.Comma) -> cst.Comment | None:
    after = comma.whitespace_after
    return after.first_line.comment if isinstance(after, cst.ParenthesizedWhitespace) else None


def _next_line(trailing: cst.Comma, between: cst.Comma | None) -> Any:
    after = trailing.whitespace_after
    indent = between.whitespace_after if between is not None else _same_line_or_next(trailing)
    last_line = (
        indent.last_line if isinstance(indent, cst.ParenthesizedWhitespace) else cst.SimpleWhitespace("    ")
    )
    assert isinstance(after, cst.ParenthesizedWhitespace)
    return after.with_changes(last_line=last_line)


def _closing(trailing: cst.Comma) -> cst.Comma:
    after = trailing.whitespace_after
    assert isinstance(after, cst.ParenthesizedWhitespace)
    return trailing.with_changes(
        whitespace_after=after.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])
    )
