"""The interpreter: the same answers in any order of the questions and of the files, and each worked out a few times."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from legacy_shim.codemods.analysis.inference.constants import Constants
from legacy_shim.codemods.analysis.inference.interpreter import Evaluator
from legacy_shim.codemods.analysis.project.indexing import build_index
from legacy_shim.codemods.analysis.project.source_tree import Tree
from legacy_shim.codemods.analysis.syntax.source_module import Module, parse_module

ROOT = Path("/code")
_NAMES = "abcde"
_HEAD = "from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job\nimport os\n"


class _Writes:
    """Writes programs of three files that import from each other, with circles of all kinds."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def files(self) -> dict[str, str]:
        return {f"m{number}.py": self._module(number) for number in range(3)}

    def _module(self, number: int) -> str:
        others = [other for other in range(3) if other != number]
        lines = [self._import(self.chance.choice(others)) for _ in range(3)]
        lines += [line for _ in range(8) for line in self._statement()]
        return _HEAD + "\n".join(lines) + "\n"

    def _import(self, other: int) -> str:
        name, alias = self.chance.choices(_NAMES, k=2)
        return self.chance.choice(
            [f"from m{other} import {name} as {alias}", f"from m{other} import *", f"import m{other}"]
        )

    def _statement(self) -> list[str]:
        name, value = self.chance.choice(_NAMES), self._value
        forms = (
            lambda: [f"{name} = {value()}"],
            lambda: [f"{name}, {self.chance.choice(_NAMES)} = {value()}, {value()}"],
            lambda: [f"{name} += [{value()}]"],
            lambda: [f"{name}.append({value()})"],
            lambda: [f"{name}['k'] = {value()}"],
            lambda: [f"for {name} in {value()}:", f"    {self.chance.choice(_NAMES)} = {value()}"],
            lambda: [f"if {value()}:", f"    {name} = {value()}"],
            lambda: [f"def {name}(a=1, b=None):", f"    c = {value()}", f"    return {value()}"],
            lambda: [f"class {name}:", f"    a = {value()}", "    def b(self):", f"        return {value()}"],
        )
        return self.chance.choice(forms)()

    def _value(self, depth: int = 2) -> str:
        name = self.chance.choice(_NAMES)
        if not depth:
            return self.chance.choice([name, name, "1", "67890", "'k'", "os.getenv('JOB')"])
        inner = lambda: self._value(depth - 1)  # noqa: E731
        forms = (
            lambda: name,
            lambda: f"[{inner()}, {inner()}]",
            lambda: f"{{'k': {inner()}, 'a': {inner()}}}",
            lambda: f"{name}[{self.chance.choice(['0', repr('k'), name])}]",
            lambda: f"{name}({inner()})",
            lambda: f"{name}.{self.chance.choice(_NAMES)}",
            lambda: f"m{self.chance.randrange(3)}.{name}",
            lambda: f"({inner()} or {inner()})",
            lambda: f"({inner()} if {inner()} else {inner()})",
            lambda: f"f'{{{name}}}x'",
            lambda: f"({inner()} + {inner()})",
            lambda: f"[{name} for {name} in {inner()}]",
            lambda: "DbtCloudClientResource(auth_token='t', account_id=1)",
            lambda: f"load_assets_from_dbt_cloud_job({inner()}, {inner()})",
        )
        return self.chance.choice(forms)()


def _parsed(files: Mapping[str, str]) -> list[Module]:
    return [parse_module(ROOT / name, text, (Path(name).stem,)) for name, text in files.items()]


def _evaluator(modules: Sequence[Module], steps: int = 1) -> Evaluator:
    """An evaluator of some files, which it gets in one step or one by one."""
    by_path = {module.path: module for module in modules}
    tree = Tree(tuple(by_path), by_path.get)
    evaluator = Evaluator(tree)
    size = -(-len(modules) // steps)
    for start in range(0, len(modules), size):
        for module in modules[start : start + size]:
            tree.add(module)
        evaluator.take(modules[start : start + size])
    return evaluator


def _answers(evaluator: Evaluator, questions: Sequence[tuple[Module, ast.expr]]) -> dict[ast.expr, object]:
    read = Constants(evaluator, {"JOB": "5"})
    whole = Constants(evaluator, {"JOB": "5"}, is_whole=True)
    return {
        node: (
            frozenset(read.origins(module, node).places),
            read.origins(module, node).is_all,
            evaluator.values(module, node),
            frozenset(read.possible(module, node) or ()),
            frozenset(whole.possible(module, node) or ()),
        )
        for module, node in questions
    }


def _questions(modules: Sequence[Module]) -> list[tuple[Module, ast.expr]]:
    return [
        (module, node)
        for module in modules
        for node in module.nodes
        if isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", None) or ast.Load(), ast.Load)
    ]


@pytest.mark.parametrize("seed", range(60))
def test_answers_do_not_depend_on_the_order_of_questions(seed: int) -> None:
    modules = _parsed(_Writes(seed).files())
    questions = _questions(modules)
    expected = _answers(_evaluator(modules), questions)
    for again in range(3):
        random.Random(again).shuffle(questions)
        found = _answers(_evaluator(modules), questions)
        for node in found:
            assert found[node] == expected[node], ast.unparse(node)


@pytest.mark.parametrize("seed", range(60))
def test_files_that_come_one_by_one_give_what_all_at_once_give(seed: int) -> None:
    modules = _parsed(_Writes(seed).files())
    questions = _questions(modules)
    expected = _answers(_evaluator(modules), questions)
    found = _answers(_evaluator(modules, steps=3), questions)
    for node in found:
        assert found[node] == expected[node], ast.unparse(node)


def _handed_along(count: int, imports: Callable[[int], str]) -> dict[Path, bytes]:
    """Files that hand one resource on, and a file that loads with it."""
    made = "from dagster_dbt import DbtCloudClientResource\ncloud = DbtCloudClientResource(auth_token='t', account_id=1)\n"
    parts = {f"part_{each}.py": imports(each) if each else made for each in range(count)}
    loads = f"from dagster_dbt import load_assets_from_dbt_cloud_job\nfrom part_{count - 1} import cloud\nmodels = load_assets_from_dbt_cloud_job(cloud, 1)\n"
    return {ROOT / name: text.encode() for name, text in {**parts, "loads.py": loads}.items()}


def _worked_out(files: Mapping[Path, bytes]) -> Mapping[object, int]:
    index = build_index(files, lambda path, data: parse_module(path, data.decode(), (path.stem,)))
    assert len(index.tree.modules) == len(files), "all are reached"
    return index.evaluator.fixpoint.worked_out


@pytest.mark.parametrize(
    "imports",
    [
        lambda each: f"from part_{each - 1} import cloud\n",
        lambda each: f"from part_{each - 1} import *\n",
        lambda each: f"import part_{each - 1}\ncloud = part_{each - 1}.cloud\n",
        lambda each: (
            f"from part_{each - 1} import cloud\nfrom part_{max(0, each - 3)} import cloud as other\n"
            "def get():\n    return other\n"
        ),
        lambda each: f"from part_{each - 1} import cloud\nimport loads\n",
    ],
    ids=["chain", "stars", "modules", "mesh", "circle"],
)
def test_files_that_hand_a_resource_on_are_worked_out_in_proportion(imports: Callable[[int], str]) -> None:
    few, many = _worked_out(_handed_along(10, imports)), _worked_out(_handed_along(80, imports))
    assert max(many.values()) <= 6
    assert sum(many.values()) <= 8 * 1.2 * sum(few.values())


_LINKS: Mapping[str, tuple[str, str, str]] = {
    "names": ("j0 = 67890", "j{n} = j{before}", "j{last}"),
    "parameters": ("def f0(x):\n    return x", "def f{n}(x):\n    return f{before}(x)", "f{last}(67890)"),
    "classes": ("class C0:\n    j = 67890", "class C{n}:\n    j = C{before}.j", "C{last}.j"),
    "properties": (
        "class C0:\n    @property\n    def j(self):\n        return 67890",
        "class C{n}:\n    @property\n    def j(self):\n        return C{before}().j",
        "C{last}().j",
    ),
    "texts": ("j0 = '67890'", "j{n} = f'{{j{before}}}'", "j{last}"),
    "lists": ("j0 = [67890]", "j{n} = [each for each in j{before}]", "j{last}[0]"),
}
"""How a chain begins, how it goes on, and what is asked at its end."""


@pytest.mark.parametrize("name", _LINKS)
def test_what_lies_behind_three_hundred_others_is_known(name: str) -> None:
    first, link, last = _LINKS[name]
    count = 300
    lines = [
        first,
        *(link.format(n=each, before=each - 1) for each in range(1, count)),
        last.format(last=count - 1),
    ]
    [module] = _parsed({"m.py": "\n".join(lines) + "\n"})
    asked = module.tree.body[-1]
    assert isinstance(asked, ast.Expr)
    found = Constants(_evaluator([module]), {}).possible(module, asked.value) or ()
    assert [str(constant.value) for constant in found] == ["67890"]


@pytest.mark.parametrize("start", ["lib.start()", "DbtCloudClientResource(auth_token='t', account_id=1)"])
def test_code_that_goes_round_many_ways_is_followed_so_far_and_no_further(start: str) -> None:
    """Each turn of the loop takes one of twelve ways: after eight of them there are more than four hundred million."""
    ways = "".join(f"    if node.is_{each}():\n        node = node.go_{each}()\n" for each in range(12))
    [module] = _parsed({"m.py": f"{_HEAD}import lib\nnode = {start}\nwhile node:\n{ways}node.end()\n"})
    asked = module.tree.body[-1]
    assert isinstance(asked, ast.Expr) and isinstance(asked.value, ast.Call)
    evaluator = _evaluator([module])
    assert isinstance(asked.value.func, ast.Attribute)
    found = evaluator.values(module, asked.value.func.value)
    assert len(found) < 12 * 12 * 12
    assert evaluator.given_up, "that there are more is known"
