"""Prints how the facade, the legacy client of dagster-dbt and that of its v2 fare in the scenarios.

    python tests/faults/compare.py [--only facade,upstream,v2] [--limit SECONDS] [--jobs N] [--show]

`--show` names each scenario that went wrong.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence
from multiprocessing import get_context

import clients
from judge import Verdict, judge
from scenarios import everything

_CLIENTS = {"facade": clients.facade, "upstream": clients.upstream, "v2": clients.v2}
_ROWS = {
    "double runs": lambda verdict: verdict.doubles,
    "hangs": lambda verdict: verdict.hung,
    "exceptions that are no Failure": lambda verdict: bool(verdict.wrong_exception),
    "live runs left behind": lambda verdict: bool(verdict.left_running),
    "token, or a part of it, told": lambda verdict: verdict.token_found,
    "wrong end, or without page": lambda verdict: bool(verdict.wrong_end),
    "scenarios as promised": lambda verdict: verdict.clean,
}


def _one(task: tuple[str, int, float]) -> tuple[str, int, Verdict]:
    client, index, limit = task
    warnings.simplefilter("ignore")
    return client, index, judge(everything()[index], _CLIENTS[client], limit)


def main() -> None:
    """Run all scenarios and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(_CLIENTS))
    parser.add_argument("--limit", type=float, default=10.0, help="seconds after which a scenario hangs")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    names = options.only.split(",")
    scenarios = everything()
    tasks = [(name, index, options.limit) for name in names for index in range(len(scenarios))]
    with get_context("spawn").Pool(options.jobs) as pool:
        verdicts = pool.map(_one, tasks, chunksize=10)
    print(f"| {len(scenarios)} scenarios | {' | '.join(names)} |")
    print(f"|---|{'---:|' * len(names)}")
    for row, count in _ROWS.items():
        print(f"| {row} | {' | '.join(str(_sum(verdicts, name, count)) for name in names)} |")
    if options.show:
        for name, index, verdict in verdicts:
            if not verdict.clean:
                print(name, scenarios[index].name, verdict, sep="; ")


def _sum(verdicts: Sequence[tuple[str, int, Verdict]], name: str, count: object) -> int:
    return sum(int(count(verdict)) for client, _, verdict in verdicts if client == name)  # type: ignore[operator]


if __name__ == "__main__":
    main()
