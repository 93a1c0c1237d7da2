"""Answers to questions that may depend on each other, each worked out once, and again only when what it read changes.

A question is anything hashable. Its answer is worked out by a function that asks other questions on the way; those are
noted, so that an answer is dropped when something that it read is not true any more. Questions that depend on
themselves, as names in a loop do, or files that import each other in a circle, are solved together: from nothing, a
worklist works out again those whose inputs have changed, until none has. All of a turn read the answers of the turn
before, so that the result does not depend on the question that was asked first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

A = TypeVar("A")
Q = TypeVar("Q", bound=Hashable)
Question = Hashable

_DEEPEST = 30
"""Questions inside of each other: one that lies deeper is put off until those above are done, and Python's stack is spared."""
_MOST = 60
"""How often a question that depends on itself is worked out before its answer is taken for not known."""
_MISSING = object()


@dataclass(eq=False)
class _Asked:
    """A question that is worked out at present, or that was on grounds that are not final."""

    work_out: Callable[[], Any]
    nothing: Any
    grounds: set[Question] = field(default_factory=set)
    """The questions without a final answer that it has read."""


@dataclass(eq=False)
class Fixpoint:
    """Works out answers, and remembers those that are final."""

    give_up: Callable[[Question, Any], Any] = lambda _question, answer: answer
    """What is answered where an answer does not settle, from what it was at last."""
    is_summary: Callable[[Question], bool] = lambda _question: False
    """Whether a question reads very many others: in a circle it waits until those have settled without it."""
    worked_out: Counter[Question] = field(default_factory=Counter)
    """How often each question was worked out."""
    _final: dict[Question, Any] = field(default_factory=dict)
    _readers: dict[Question, set[Question]] = field(default_factory=lambda: defaultdict(set))
    _so_far: dict[Question, Any] = field(default_factory=dict)
    """The answers that are not final: of questions that are open, put off, or in a circle."""
    _loose: dict[Question, _Asked] = field(default_factory=dict)
    """The questions of those that are not open."""
    _put_off: list[Question] = field(default_factory=list)
    _open: list[tuple[Question, _Asked]] = field(default_factory=list)

    def answer(self, question: Question, work_out: Callable[[], A], nothing: A) -> A:
        """The answer to a question; ``nothing`` is what it is at least."""
        if self._open:
            reader, asked = self._open[-1]
            self._readers[question].add(reader)
            final = self._final.get(question, _MISSING)
            if final is not _MISSING:
                return final  # type: ignore[no-any-return]
            return self._inner(asked, question, work_out, nothing)
        final = self._final.get(question, _MISSING)
        return final if final is not _MISSING else self._from_outside(question, work_out, nothing)

    def watch(self, fact: Hashable) -> None:
        """Note that the question which is worked out depends on a fact, which `forget` may say has changed."""
        if self._open:
            self._readers[fact].add(self._open[-1][0])

    def forget(self, changed: Iterable[Hashable]) -> list[Question]:
        """Drop the answers that depend on facts that have changed; which those are."""
        assert not self._open, "facts change between questions"
        dropped: list[Question] = []
        stale = list(changed)
        for each in stale:  # grows as it goes
            for reader in self._readers.pop(each, ()):
                if self._final.pop(reader, _MISSING) is not _MISSING:
                    dropped.append(reader)
                    stale.append(reader)
        return dropped

    def _inner(self, reader: _Asked, question: Question, work_out: Callable[[], A], nothing: A) -> A:
        """The answer as far as it is known, to a question that another asks."""
        if question in self._so_far:
            reader.grounds.add(question)
            return self._so_far[question]  # type: ignore[no-any-return]
        asked = _Asked(work_out, nothing)
        if len(self._open) >= _DEEPEST:
            self._so_far[question] = nothing
            self._loose[question] = asked
            self._put_off.append(question)
            reader.grounds.add(question)
            return nothing
        found = self._first(question, asked)
        if asked.grounds:
            reader.grounds.add(question)
        return found  # type: ignore[no-any-return]

    def _first(self, question: Question, asked: _Asked) -> Any:
        """Work out a question for the first time: final where all that it reads is."""
        self._so_far[question] = asked.nothing
        found = self._worked_out(question, asked)
        if asked.grounds:
            self._so_far[question] = found
            self._loose[question] = asked
        else:
            del self._so_far[question]
            self._loose.pop(question, None)
            self._final[question] = found
        return found

    def _worked_out(self, question: Question, asked: _Asked) -> Any:
        asked.grounds.clear()
        self.worked_out[question] += 1
        self._open.append((question, asked))
        try:
            return asked.work_out()
        finally:
            self._open.pop()

    def _from_outside(self, question: Question, work_out: Callable[[], A], nothing: A) -> A:
        try:
            self._first(question, _Asked(work_out, nothing))
            while self._loose:
                while self._put_off:
                    later = self._put_off.pop()
                    if later in self._loose:
                        self._first(later, self._loose[later])
                for circle in circles({each: asked.grounds for each, asked in self._loose.items()}):
                    if all(each in self._loose for each in circle):
                        self._settle(circle)
        finally:
            # Only an error leaves something here; what it was about must not be taken for an answer.
            self._open.clear()
            self._so_far.clear()
            self._loose.clear()
            self._put_off.clear()
        return self._final[question]  # type: ignore[no-any-return]

    # -- circles

    def _settle(self, circle: Iterable[Question]) -> None:
        """Answer questions that depend on each other, from nothing up."""
        members: dict[Question, _Asked] = {}
        users: dict[Question, set[Question]] = defaultdict(set)
        turns: Counter[Question] = Counter()
        todo = dict.fromkeys(self._join(circle, members))
        waiting: dict[Question, None] = {}
        while todo:
            found: dict[Question, Any] = {}
            again: dict[Question, None] = {}
            for question in todo:
                turns[question] += 1
                answer = self._worked_out(question, members[question])
                grounds = members[question].grounds
                for each in grounds:
                    users[each].add(question)
                new = [each for each in grounds if each not in members]
                if new:
                    again |= dict.fromkeys([*self._join(new, members), question])
                elif answer != self._so_far[question]:
                    found[question] = answer
            self._so_far |= found
            for question in found:
                again |= dict.fromkeys(each for each in users[question] if each in members)
            todo = {}
            for each in again:
                if turns[each] <= _MOST:
                    (waiting if self.is_summary(each) else todo)[each] = None
            if not todo:
                todo, waiting = waiting, {}
        for question in members:
            answer = self._so_far.pop(question)
            self._final[question] = answer if turns[question] <= _MOST else self.give_up(question, answer)

    def _join(self, questions: Iterable[Question], members: dict[Question, _Asked]) -> list[Question]:
        """Take more questions into a circle; they begin with nothing, whatever they were taken for on the way."""
        joined = [each for each in questions if each in self._loose]
        for question in joined:
            members[question] = self._loose.pop(question)
            self._so_far[question] = members[question].nothing
        return joined


def circles(grounds: Mapping[Q, Collection[Q]]) -> list[list[Q]]:
    """The questions that depend on each other, group by group: a group reads those before it alone (Tarjan)."""
    found: list[list[Q]] = []
    index: dict[Q, int] = {}
    low: dict[Q, int] = {}
    path: list[Q] = []
    places: dict[Q, int] = {}
    on_path: set[Q] = set()

    def enter(question: Q) -> tuple[Q, Iterator[Q]]:
        index[question] = low[question] = len(index)
        places[question] = len(path)
        path.append(question)
        on_path.add(question)
        return question, iter([each for each in grounds[question] if each in grounds])

    for start in grounds:
        stack = [enter(start)] if start not in index else []
        while stack:
            question, following = stack[-1]
            deeper = next((each for each in following if each not in index or each in on_path), None)
            if deeper is None:
                stack.pop()
                if stack:
                    low[stack[-1][0]] = min(low[stack[-1][0]], low[question])
                if low[question] == index[question]:
                    place = places[question]
                    found.append(path[place:])
                    on_path.difference_update(path[place:])
                    del path[place:]
            elif deeper in on_path:
                low[question] = min(low[question], index[deeper])
            else:
                stack.append(enter(deeper))
    return found
