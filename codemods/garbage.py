"""Fewer rounds of Python's garbage collector, each of which walks through every syntax tree that is held.

Trees and answers live to the end of a run. What is freed on the way is freed by count: next to none of it is a circle.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

_ROUNDS = (200_000, 20, 50)
"""After how many new objects the young ones are gone through, and after how many such rounds the older ones."""


def with_few_collections(work: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """The same function, during which the collector seldom runs."""

    @wraps(work)
    def quietly(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        before = gc.get_threshold()
        gc.set_threshold(*_ROUNDS)
        try:
            return work(*args, **kwargs)
        finally:
            gc.set_threshold(*before)

    return quietly
