"""What the migration loses in silence, by kind of value.

python tests/escapes/summary.py            figures, and the rows that are lost
python tests/escapes/summary.py --show X   the program of each row whose name has X in it, before and after
python tests/escapes/summary.py --accept   also write known_silent.txt
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "codemods"))

from marked import wrong_in
from programs import PROGRAMS, Program
from rows import KNOWN_SILENT, ROWS, outcome_of


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if arguments[:1] == ["--show"]:
            _show(arguments[1], Path(folder))
        else:
            _count(Path(folder), is_accepted="--accept" in arguments)


def _show(part: str, folder: Path) -> None:
    for number, row in enumerate(row for row in ROWS if part in row.name):
        outcome = outcome_of(row, folder / str(number))
        print(f"# {row.name}: {outcome.verdict} {' '.join(outcome.codes)}")
        print(f"# before\n{row.kind.text(row.way)}\n# after\n{outcome.after}")


def _count(folder: Path, *, is_accepted: bool) -> None:
    verdicts: Counter[tuple[str, str]] = Counter()
    silent: list[str] = []
    for number, row in enumerate(ROWS):
        verdict = outcome_of(row, folder / str(number)).verdict
        is_right = row.is_right(verdict)
        verdicts[row.kind.name, verdict if is_right else "silent"] += 1
        if not is_right:
            silent.append(row.name)
            print(row.name, "|", verdict)
    lost = [
        program.line for program in PROGRAMS if _is_wrong(program, folder / program.name.replace("/", " "))
    ]
    print(*lost, sep="\n")
    print(f"\n{'kind':24}{'kept':>10}{'followed':>10}{'served':>10}{'migrated':>10}{'silent':>10}")
    for kind in dict.fromkeys(row.kind.name for row in ROWS):
        figures = (
            verdicts[kind, verdict] for verdict in ("kept", "followed", "served", "migrated", "silent")
        )
        print(f"{kind:24}" + "".join(f"{figure:>10}" for figure in figures))
    print(f"{len(ROWS)} rows, {len(silent)} silent; {len(PROGRAMS)} programs, {len(lost)} silent")
    silent += lost
    if is_accepted:
        KNOWN_SILENT.write_text("".join(f"{line}\n" for line in silent))


def _is_wrong(program: Program, folder: Path) -> bool:
    try:
        return bool(wrong_in(program, folder))
    except (AssertionError, SyntaxError):
        return True


if __name__ == "__main__":
    main(sys.argv[1:])
