"""Questions that depend on each other: one answer, whichever is asked first; nothing is worked out in vain."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import pytest

from legacy_shim.codemods.analysis.inference.fixpoint import Fixpoint

Graph = Mapping[int, tuple[int, ...]]
"""What each question reads."""
NOTHING: frozenset[int] = frozenset()


def _asks(fixpoint: Fixpoint, graph: Graph) -> Callable[[int], frozenset[int]]:
    """Each question is answered by itself and all that it reaches."""

    def ask(question: int) -> frozenset[int]:
        return fixpoint.answer(
            question, lambda: frozenset({question}).union(*map(ask, graph[question])), NOTHING
        )

    return ask


def _reached(graph: Graph, start: int) -> frozenset[int]:
    found = [start]
    for each in found:
        found += [other for other in graph[each] if other not in found]
    return frozenset(found)


@pytest.mark.parametrize("seed", range(40))
def test_the_answer_is_the_same_in_any_order(seed: int) -> None:
    chance = random.Random(seed)
    size = chance.choice([5, 20, 80])
    graph = {each: tuple(chance.choices(range(size), k=chance.choice([0, 1, 1, 2]))) for each in range(size)}
    questions = list(graph)
    chance.shuffle(questions)
    ask = _asks(Fixpoint(), graph)
    assert {each: ask(each) for each in questions} == {each: _reached(graph, each) for each in graph}


def test_a_chain_is_worked_out_once_or_twice_however_long() -> None:
    fixpoint = Fixpoint()
    graph = {each: (each + 1,) if each < 5000 else () for each in range(5001)}

    def ask(question: int) -> int:
        return fixpoint.answer(question, lambda: 1 + sum(map(ask, graph[question])), 0)

    assert ask(0) == 5001
    assert len(fixpoint.worked_out) == 5001
    assert max(fixpoint.worked_out.values()) <= 2, (
        "once on the way down where it was put off, and once on final grounds"
    )


def test_a_circle_is_worked_out_a_few_times_for_each_question_however_long() -> None:
    fixpoint = Fixpoint()
    size = 2000

    def ask(question: int) -> frozenset[int]:
        own = frozenset({7}) if question == 0 else NOTHING
        return fixpoint.answer(question, lambda: own | ask((question + 1) % size), NOTHING)

    assert ask(5) == {7}
    assert max(fixpoint.worked_out.values()) <= 4


def test_what_is_known_is_not_worked_out_again() -> None:
    fixpoint = Fixpoint()
    ask = _asks(fixpoint, {1: (2,), 2: ()})
    assert ask(1) == ask(1) == {1, 2}
    assert fixpoint.worked_out == {1: 1, 2: 1}


def test_only_what_read_a_fact_is_forgotten_with_it() -> None:
    fixpoint, facts = Fixpoint(), {"a": 1, "b": 2}

    def read(name: str) -> int:
        fixpoint.watch(name)
        return facts[name]

    def total() -> int:
        return fixpoint.answer(
            "total", lambda: sum(fixpoint.answer(n, lambda n=n: read(n), 0) for n in "ab"), 0
        )

    assert total() == 3
    facts["b"] = 5
    assert set(fixpoint.forget(["b"])) == {"b", "total"}
    assert total() == 6
    assert fixpoint.worked_out == {"total": 2, "a": 1, "b": 2}


def test_what_does_not_settle_is_given_up_and_the_rest_is_answered() -> None:
    given_up = []

    def give_up(question: object, answer: int) -> int:
        given_up.append((question, answer > 9))
        return -1

    fixpoint = Fixpoint(give_up)

    def grows() -> int:
        return fixpoint.answer("grows", lambda: grows() + 1, 0)

    assert fixpoint.answer("reads", lambda: grows() + 10, 0) == 9
    assert given_up == [("grows", True)]


def test_an_error_leaves_nothing_half_done() -> None:
    fixpoint, broken = Fixpoint(), [True]

    def inner() -> int:
        if broken:
            raise ValueError("broken")
        return 1

    def outer() -> int:
        return fixpoint.answer("outer", lambda: fixpoint.answer("inner", inner, 0), 0)

    with pytest.raises(ValueError, match="broken"):
        outer()
    broken.clear()
    assert outer() == 1
