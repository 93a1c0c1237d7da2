"""Room for source that is nested deeply: what walks a syntax tree, LibCST's parser among it, takes stack for each level.

Python itself reads some thousand levels (``elif`` after ``elif``, ``a + b + c ...``), with more stack than the main thread of a
program has. So the work is done by a thread that has enough.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

_MEGABYTE = 1 << 20
_STACKS = (512, 256, 64)
"""Megabytes, of which the system gives only what is used; smaller ones where memory is limited."""
_FRAMES_PER_MEGABYTE = 100
"""Of Python. A frame takes 10 kB at most, with what C and Rust have between two of them."""
_INTERRUPT_SECONDS = 5.0

_one_at_a_time = threading.Lock()
"""The recursion limit is one for all threads."""
_here = threading.local()


def on_deep_stack(work: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """The same function, with room for source that is nested as deeply as Python allows."""

    @wraps(work)
    def with_room(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        if getattr(_here, "is_deep", False):
            return work(*args, **kwargs)
        with _one_at_a_time:
            return _in_thread(lambda: work(*args, **kwargs))

    return with_room


def _in_thread(work: Callable[[], Answer]) -> Answer:
    answers: list[Answer] = []
    errors: list[BaseException] = []
    threads: list[int] = []
    stopped, ended = threading.Event(), threading.Event()

    def run() -> None:
        _here.is_deep = True
        try:
            threads.append(threading.get_ident())
            if not stopped.is_set():
                answers.append(work())
        except BaseException as error:
            errors.append(error)
        finally:
            ended.set()

    limit = sys.getrecursionlimit()
    try:
        thread = _started(run)
        # Not `join`: where that is interrupted, Python up to 3.12 takes the thread for ended. And a wait without a limit
        # cannot be interrupted on every system.
        while thread is not None and not ended.wait(0.1):
            pass
    except BaseException as error:
        stopped.set()
        for each in threads:
            _raise_in(each, type(error))
            ended.wait(_INTERRUPT_SECONDS)
        raise
    finally:
        sys.setrecursionlimit(limit)
    if thread is None:
        return work()
    if errors:
        raise errors.pop()
    return answers.pop()


def _started(run: Callable[[], None]) -> threading.Thread | None:
    """A thread with as much stack as there is to be had; None where there is none."""
    before, limit = threading.stack_size(), sys.getrecursionlimit()
    for size in _STACKS:
        thread = threading.Thread(target=run, name="deep stack", daemon=True)
        try:
            threading.stack_size(size * _MEGABYTE)
            sys.setrecursionlimit(max(limit, size * _FRAMES_PER_MEGABYTE))
            thread.start()
        except (RuntimeError, ValueError, OverflowError):
            sys.setrecursionlimit(limit)
        else:
            return thread
        finally:
            threading.stack_size(before)
    return None


def _raise_in(thread: int, kind: type[BaseException]) -> None:
    """Interrupt a thread as Ctrl-C interrupts the main one."""
    import ctypes

    raise_in_thread: Any = ctypes.pythonapi.PyThreadState_SetAsyncExc
    raise_in_thread(ctypes.c_ulong(thread), ctypes.py_object(kind))
