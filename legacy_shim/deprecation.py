"""How a legacy use is reported: one warning and one log record for each call site, and one line in a run's event log.

Everything is worded here. ``warnings`` filters on :class:`LegacyDbtCloudWarning` steer the warning (``error`` makes
it an exception at every use), levels and handlers of the logger ``legacy_shim`` steer the record. Inside a run the
record goes to Dagster's handler too, which is what puts it in front of the people who look at the run. A usage log,
where one is asked for, gets every use, warned of or not.
"""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any

from legacy_shim._call_site import CallSite, user_frame
from legacy_shim.catalogue import BY_CODE, BY_NAME, MIGRATE_COMMAND
from legacy_shim.usage_log import USAGE_LOG
from legacy_shim.usage_record import Use
from legacy_shim.visible import one_line, shell_words

if TYPE_CHECKING:
    from types import FrameType

    from legacy_shim.warning_category import LegacyDbtCloudWarning as LegacyDbtCloudWarning

LOGGER = logging.getLogger("legacy_shim")
LOGGER.addHandler(logging.NullHandler())  # without a logging set-up the warning alone is shown, not both

_DAGSTER_LOGGER = logging.getLogger("dagster.builtin")  # runs and steps attach their handler to this one
_SAID_AS = {"call": "called", "import": "imported", "attribute": "used", "subclass": "subclassed"}
_MODULE_CODE = "LDC114"
_UNSEEN = object()
_seen: dict[tuple[str, int, str], object] = {}
"""Call sites that have been warned of, each with the id of the last run whose event log has it (None: no run)."""
_lock = threading.RLock()


def __getattr__(name: str) -> Any:
    if name == "LegacyDbtCloudWarning":  # late, because its base class is Dagster's
        from legacy_shim.warning_category import LegacyDbtCloudWarning

        return LegacyDbtCloudWarning
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def warn_use(name: str, *, what: Use = "call") -> None:
    """Warn that user code uses the legacy name `name`, once for each call site in this process.

    The user's frame is found through wrappers, decorators and Dagster's own frames. A repeated use costs a few
    dictionary look-ups. Where filters turn the warning into an error, every use raises it.
    """
    frame = user_frame(1)
    site = (frame.f_code.co_filename, frame.f_lineno, name)
    run_id = _current_run_id()
    if USAGE_LOG is not None:
        USAGE_LOG.note(_code_of(name), name, what, frame, run_id)
    known_for = _seen.get(site, _UNSEEN)
    if known_for is _UNSEEN or (run_id is not None and known_for != run_id):
        _tell(site, run_id, frame, _message(name, what, CallSite(*site[:2])))


def warn_import(name: str, frame: FrameType) -> None:
    """Warn that the module of `frame` imports the legacy `name`, once for each importing module.

    `name` is a legacy name, or the dotted name of a legacy module.
    """
    if USAGE_LOG is not None:
        USAGE_LOG.note(_code_of(name), name, "import", frame, _current_run_id())
    site = (frame.f_code.co_filename, 0, "import")
    if site not in _seen:
        _tell(site, _current_run_id(), frame, _message(name, "import", _place(frame)))


def warn_attribute(name: str, frame: FrameType) -> None:
    """Warn that the line of `frame` takes the legacy `name` from a module, once for each such line."""
    if USAGE_LOG is not None:
        USAGE_LOG.note(_code_of(name), name, "attribute", frame, _current_run_id())
    site = (frame.f_code.co_filename, frame.f_lineno, name)
    if site not in _seen:
        _tell(site, _current_run_id(), frame, _message(name, "attribute", _place(frame)))


def is_done_with(name: str, frame: FrameType) -> bool:
    """Whether the line of `frame` has had its warning for `name`, and no usage log counts it."""
    return USAGE_LOG is None and (frame.f_code.co_filename, frame.f_lineno, name) in _seen


def forget_call_sites() -> None:
    """Warn again for every call site, as a new process would. For tests of code that uses the legacy API."""
    with _lock:
        _seen.clear()


def _tell(site: tuple[str, int, str], run_id: str | None, frame: FrameType, message: str) -> None:
    if _dagster_warnings_are_off():
        return
    with _lock:
        known_for = _seen.get(site, _UNSEEN)
        if known_for is not _UNSEEN and (run_id is None or known_for == run_id):
            return  # another thread was here first
        _seen[site] = run_id
    if known_for is _UNSEEN:
        try:
            _warn(message, frame)
        except BaseException:  # filters made it an error: the next use must raise too
            with _lock:
                _seen.pop(site, None)
            raise
    _log(message, frame, everywhere=known_for is _UNSEEN)


def _message(name: str, what: Use, place: CallSite) -> str:
    row = BY_NAME.get(name)
    advice = f"use {row.replacement}" if row else _lower_first(BY_CODE[_MODULE_CODE].do).rstrip(".")
    said = f"{_code_of(name)} {name} is superseded, {_SAID_AS[what]} at {one_line(place)}: {advice}."
    kept = place.reason_to_keep if place.can_be_changed else None
    if kept is not None:
        return f"{said} {': '.join(filter(None, ('Kept on request', one_line(kept))))}."
    # The whole project, since a resource migrates with all that uses it.
    command = f"{MIGRATE_COMMAND} {shell_words([place.project if place.can_be_changed else '.'])}"
    return f"{said} Rewrite with: {command}"


def _code_of(name: str) -> str:
    """Return the code of a legacy name; what is none is the dotted name of a legacy module."""
    row = BY_NAME.get(name)
    return row.code if row else _MODULE_CODE


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _place(frame: FrameType) -> CallSite:
    return CallSite(frame.f_code.co_filename, frame.f_lineno)


def _warn(message: str, frame: FrameType) -> None:
    from legacy_shim.warning_category import (
        LegacyDbtCloudWarning,
        captured_warnings_heard,
        source_lines_kept_out,
    )

    with source_lines_kept_out(), captured_warnings_heard():
        warnings.warn_explicit(
            message,
            LegacyDbtCloudWarning,
            filename=frame.f_code.co_filename,
            lineno=frame.f_lineno,
            module=frame.f_globals.get("__name__") or "<unknown>",
            registry={},  # "once for each call site" is kept here, whatever an earlier filter has left in the module's
            source=None,
        )


def _log(message: str, frame: FrameType, *, everywhere: bool) -> None:
    """Hand one record to the logger `legacy_shim` and to the run in progress, to each once."""
    code, name = message.split(" ", 2)[:2]
    record = LOGGER.makeRecord(
        LOGGER.name,
        logging.WARNING,
        frame.f_code.co_filename,
        frame.f_lineno,
        message,
        (),
        None,
        func=frame.f_code.co_name,
        extra={"legacy_code": code, "legacy_name": name},
    )
    if everywhere and LOGGER.isEnabledFor(logging.WARNING):
        LOGGER.handle(record)
    handlers = _DAGSTER_LOGGER.handlers
    if handlers and not hasattr(record, "dagster_meta") and _DAGSTER_LOGGER.isEnabledFor(logging.WARNING):
        handlers[-1].handle(record)  # unless `managed_python_loggers` has brought it there already


def _current_run_id() -> str | None:
    handlers = _DAGSTER_LOGGER.handlers
    if not handlers:
        return None
    metadata = getattr(handlers[-1], "metadata", None)
    return metadata.get("run_id") if isinstance(metadata, dict) else None


def _dagster_warnings_are_off() -> bool:
    """Whether this code runs under Dagster's ``disable_dagster_warnings``, which silences its whole family."""
    module = sys.modules.get("dagster_shared.utils.warnings")
    switch = getattr(module, "_warnings_on", None)
    return switch is not None and not switch.get()
