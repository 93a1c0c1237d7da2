"""Random programs: pieces of the standard library with legacy uses and odd syntax between them.

    python tests/codemods/fuzzing.py [PROGRAMS [SEED]]

prints what goes wrong. Whatever a program is: nothing breaks down, what is written compiles, no legacy import from
dagster_dbt is left, a second run changes nothing, and every line of the pieces is still there, in order.
"""

from __future__ import annotations

import ast
import random
import sys
import sysconfig
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from rewriting import FACTS

from legacy_shim.catalogue import BY_NAME
from legacy_shim.codemods import pipeline
from legacy_shim.codemods.options import Options

BATCH = 12
_TOO_LONG = 60
"""Lines of a piece."""

LEGACY = (
    "from dagster_dbt import dbt_cloud_resource as zz_res{n}\n"
    "zz_cloud{n} = zz_res{n}.configured({{'auth_token': {{'env': 'T'}}, 'account_id': 12345}})\n",
    "import dagster_dbt\nzz_cloud{n} = dagster_dbt.dbt_cloud_resource('t', 12345)\n",
    "from dagster_dbt import DbtCloudClientResource\n"
    "zz_cloud{n} = DbtCloudClientResource(auth_token='t', account_id=12345)\n",
    "from dagster_dbt import load_assets_from_dbt_cloud_job as zz_load{n}\n"
    "zz_models{n} = zz_load{n}(dbt_cloud=zz_cloud{m}, job_id=67890)\n",
    "try:\n    from dagster_dbt import dbt_cloud_run_op\nexcept* ImportError:\n    dbt_cloud_run_op = None\n"
    if sys.version_info >= (3, 11)
    else "from dagster_dbt import dbt_cloud_run_op\n",
    "from dagster_dbt import dbt_cloud_run_op\n"
    "zz_run{n} = dbt_cloud_run_op.configured({{'job_id': 67891}}, name='zz_run{n}')\n",
    "from dagster_dbt import *\n",
    "from dagster_dbt.cloud import dbt_cloud_resource\nzz_cloud{n} = [dbt_cloud_resource for _ in (1, 2)]\n",
    "async def zz_go{n}(context):\n    from dagster_dbt import DbtCloudOutput\n"
    "    async with context as here:\n        return [DbtCloudOutput async for _ in here if (zz := _)]\n",
    "def zz_use{n}(context):\n    return context.resources.zz_cloud{m}.run_job_and_poll(67890)\n",
    "match zz_cloud{m}:\n    case None | []:\n        zz_cloud{n} = zz_cloud{m}\n    case {{'a': x, **zz_rest}}:\n        pass\n",
    "zz_place{m} = {{0: zz_cloud{m}}}\nfor zz_place{m}[0] in [zz_cloud{m}]:\n    zz_cloud{m} = zz_place{m}[0]\n",
    "class ZzClient{n}:\n    cloud = zz_cloud{m}\n\n    @property\n    def it(self): return self.cloud\n",
    "zz_text{n} = f\"{{zz_cloud{m}!r:>{{len('x')}}}} {{f'{{1 + 1}}'}}\"\n",
    "zz_f{n} = lambda *a, zz=zz_cloud{m}, **k: (yield zz)\n",
    "zz_models{n} = load_assets_from_dbt_cloud_job(**{{'dbt_cloud': zz_cloud{m}, 'job_id': 67890}})\n",
    "if (zz_cloud{n} := zz_cloud{m}) and 0: global_zz = zz_cloud{n}; del global_zz\n",
    "defs{n} = Definitions(assets=[zz_models{m}], resources={{'dbt_cloud': zz_cloud{m}}})\n",
)
ODD = (
    "zz_deep{n} = " + "(" * 60 + "zz_cloud{m}" + ")" * 60 + "\n",
    "zz_deep{n} = " + "not " * 150 + "zz_cloud{m}\n",
    "zz_deep{n} = " + " + ".join(["[zz_cloud{m}]"] * 150) + "\n",
    "zz_deep{n} = zz_cloud{m}" + ".a().b[0]" * 60 + "\n",
    "zz_deep{n} = " + "[" * 50 + "zz_cloud{m}" + "]" * 50 + "\n",
    "if 0: pass\n" + "".join(f"elif zz_cloud{{m}} == {k}: zz_y{{n}} = zz_cloud{{m}}\n" for k in range(60)),
    "@(lambda f: f)\n@zz_dec(zz_cloud{m})\nclass ZzOdd{n}(*[object], **{{}}): ...\n",
    "zz_a{n}, (*zz_b{n}, [zz_c{n}]) = zz_d{n} = zz_cloud{m}, (1, [2])\n",
    "zz_e{n}: 'dict[str, list[DbtCloudOutput]]' = {{}}; zz_e{n}['a'] = zz_cloud{m}\n",
    "zz_cloud{m} = zz_e{n} = zz_cloud{m} if zz_cloud{m} else zz_e{n}\n",
    "def zz_g{n}(a, /, b=1, *, c: int = 2) -> 'zz': nonlocal_ = a; return zz_g{n}(zz_g{n}, b=zz_cloud{m}, c=c)\n",
    "with (open('a') as zz_h{n}, zz_cloud{m} as zz_i{n}): pass\n",
    "zz_j{n} = 1 ; \\\n  zz_k{n} = '\\N{{BULLET}}'  # é ∂\n",
    "zz_l{n} = '''\n from dagster_dbt import dbt_cloud_resource\n'''\n",
    *(
        (
            "type ZzT{n}[T: int, *Ts, **P] = list[zz_cloud{m}]\n",
            "def zz_m{n}[T](a: T) -> T: return zz_cloud{m}\n",
            'zz_o{n} = f"{{zz_cloud{m}["a"]!r:{{"x"}}}} {{f"{{f"{{1}}"}}"}}"\n',
        )
        if sys.version_info >= (3, 12)
        else ()
    ),
)


@cache
def pieces() -> tuple[str, ...]:
    """Statements at the top level of the standard library's files, as they stand there."""
    found: list[str] = []
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        text = path.read_text("utf-8", errors="replace")
        lines = text.split("\n")
        for node in ast.parse(text).body:
            first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
            last = node.end_lineno or first
            is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
            if last - first < _TOO_LONG and not is_future and "\\" not in lines[last - 1]:
                found.append("\n".join(lines[first - 1 : last]) + "\n")
    return tuple(piece for piece in found if _parses(piece))


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "piece", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def program(chance: random.Random) -> tuple[str, list[str]]:
    """A program, and the lines in it that are none of the migration's business."""
    parts: list[tuple[str, bool]] = []
    for number in range(chance.randrange(2, 9)):
        parts += [(piece, True) for piece in chance.sample(pieces(), chance.randrange(3))]
        template = chance.choice(LEGACY if chance.random() < 0.7 else ODD)
        parts.append((template.format(n=number, m=chance.randrange(number + 1)), False))
    if chance.random() < 0.3:
        parts = [
            (part if own else f"def zz_in{at}():\n    global zz\n" + _indented(part), own)
            for at, (part, own) in enumerate(parts)
        ]
    text = "".join(part for part, _ in parts)
    return text, [line for part, own in parts if own for line in part.split("\n") if line.strip()]


def _indented(text: str) -> str:
    return (
        text
        if "'''" in text or "\\\n" in text
        else "".join(f"    {line}" for line in text.splitlines(keepends=True))
    )


def troubles(programs: int, seed: int) -> Iterator[str]:
    """What goes wrong with so many programs, with the program that shows it."""
    for batch in range(0, programs, BATCH):
        chance = random.Random(seed * 1_000_003 + batch)
        made = [program(chance) for _ in range(BATCH)]
        made = [(text, own) for text, own in made if _parses(text)]
        yield from _troubles_of(made)


def _troubles_of(made: Sequence[tuple[str, list[str]]]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(name)
        paths = [folder / f"zz_program_{number}.py" for number in range(len(made))]
        for path, (text, _) in zip(paths, made, strict=True):
            path.write_text(text, "utf-8")
        try:
            report = pipeline.write(pipeline.migrate([folder], Options(facts=FACTS)))
            after = [path.read_text("utf-8") for path in paths]
            again = pipeline.migrate([folder], Options(facts=FACTS))
        except Exception as error:
            if len(made) > 1:
                for one in made:
                    yield from _troubles_of([one])
            else:
                yield f"{type(error).__name__}: {error}\n{made[0][0]}"
            return
        problems = {problem.place.path: problem.message for problem in report.file_problems}
        changed = {change.path for change in again.changes}
        for path, (text, own), new in zip(paths, made, after, strict=True):
            for trouble in _wrong_with(new, own, path in problems):
                yield f"{trouble}\n--- before\n{text}--- after\n{new}"
            if path in problems:
                yield f"{problems[path]}\n--- before\n{text}"
            if path in changed:
                yield f"a second run changes it\n--- before\n{text}--- after\n{new}"


def _wrong_with(new: str, own: Sequence[str], is_named: bool) -> Iterator[str]:
    if not _parses(new):
        yield "it does not compile"
        return
    lines = iter(new.split("\n"))
    lost = next((line for line in own if line not in lines), None)
    if lost is not None:
        yield f"a line is gone: {lost!r}"
    for node in ast.walk(ast.parse(new)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dagster_dbt":
            legacy = {alias.name for alias in node.names} & BY_NAME.keys()
            if legacy and not is_named:
                yield f"a legacy import is left: {sorted(legacy)}"


def main(programs: int, seed: int) -> int:
    found = 0
    for trouble in troubles(programs, seed):
        found += 1
        print(f"=== {trouble}", flush=True)
    print(f"{programs} programs, {found} troubles")
    return 1 if found else 0


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(given + [300, 1][len(given) :])))
