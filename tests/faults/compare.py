"""Prints how the facade, the legacy client of dagster-dbt and that of its v2 fare in the scenarios.

    python tests/faults/compare.py [--only facade,upstream,v2,"v2 without retries"] [--limit SECONDS] [--jobs N] [--show]

`--show` names each scenario that went wrong.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import warnings
from collections.abc import Callable, Sequence
from multiprocessing import get_context

import clients
from judge import Verdict, judge
from scenarios import everything

_CLIENTS = {
    "facade": clients.facade,
    "upstream": clients.upstream,
    "v2": clients.v2,
    "v2 without retries": clients.v2_without_retries,
}
_ROWS: dict[str, Callable[[Verdict], bool]] = {
    "double runs": lambda verdict: bool(verdict.doubles),
    "hangs": lambda verdict: verdict.hung,
    "exceptions that are no Failure": lambda verdict: bool(verdict.wrong_exception),
    "live runs left behind": lambda verdict: bool(verdict.left_running),
    "token, or a part of it, told": lambda verdict: verdict.token_found,
    "wrong end, or no page of the run": lambda verdict: bool(verdict.wrong_end),
    "scenarios as promised": lambda verdict: verdict.clean,
}
Row = tuple[str, str, Verdict]
"""The name of a client, of a scenario, and what came of it."""


def _one(task: tuple[str, int, float]) -> Row:
    client, index, limit = task
    warnings.simplefilter("ignore")
    for module in ("dagster_dbt.cloud.resources", "dagster_dbt.cloud_v2.client"):
        importlib.import_module(module)  # which takes its time, and that is no hang
    scenario = everything()[index]
    return client, scenario.name, judge(scenario, _CLIENTS[client], limit)


def main() -> None:
    """Run all scenarios and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(_CLIENTS))
    parser.add_argument("--limit", type=float, default=10.0, help="seconds after which a scenario hangs")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    names = options.only.split(",")
    tasks = [(name, index, options.limit) for name in names for index in range(len(everything()))]
    rows: list[Row] = []
    with get_context("spawn").Pool(options.jobs) as pool:
        for row in pool.imap(_one, tasks, chunksize=10):
            rows.append(row)
            if options.show and not row[2].clean:
                print(*row, sep="; ", flush=True)
    _print_table(names, rows)
    _print_kinds(names, rows)


def _print_table(names: Sequence[str], rows: Sequence[Row]) -> None:
    print(f"\n| {len(everything())} scenarios | {' | '.join(names)} |")
    print(f"|---|{'---:|' * len(names)}")
    for title, holds in _ROWS.items():
        counts = [sum(holds(verdict) for client, _, verdict in rows if client == name) for name in names]
        print(f"| {title} | {' | '.join(map(str, counts))} |")


def _print_kinds(names: Sequence[str], rows: Sequence[Row]) -> None:
    """By kind of scenario: how many are not as promised."""
    kinds = list(dict.fromkeys(_kind(scenario) for _, scenario, _ in rows))
    print(f"\n| not as promised, of | {' | '.join(names)} |")
    print(f"|---|{'---:|' * len(names)}")
    for kind in kinds:
        of_kind = [(client, verdict) for client, scenario, verdict in rows if _kind(scenario) == kind]
        counts = [sum(client == name and not verdict.clean for client, verdict in of_kind) for name in names]
        print(f"| {kind}: {len(of_kind) // len(names)} | {' | '.join(map(str, counts))} |")


def _kind(scenario: str) -> str:
    """What the name of a scenario begins with, up to the fault."""
    words = scenario.split(",")[0].split(" ")
    return " ".join(itertools.takewhile(lambda word: word.isalpha() and word.islower(), words)) or words[0]


if __name__ == "__main__":
    main()
