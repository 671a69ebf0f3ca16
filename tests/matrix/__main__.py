"""`tox -e faults`: the matrix, cell by cell, and its table. What was played before is not played again.

python -m matrix                        each fault in each command on each load, in one phase
python -m matrix --every-phase          in every phase: a day
python -m matrix --share 10             every tenth cell
python -m matrix "worker killed/run"    cells whose name begins so
python -m matrix --strikes 200          as many times signals to any process, at any moment
"""

from __future__ import annotations

import argparse
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from matrix.cells import cells, sample, scattered
from matrix.play import play
from matrix.results import Played, add, read, reasons, table
from matrix.strikes import Strike, strike


def main() -> int:
    """0 if nothing was lost, left or wrong."""
    parser = argparse.ArgumentParser(prog="matrix", description="What faults do to commands.")
    parser.add_argument("names", nargs="*", help="beginnings of names of cells")
    parser.add_argument("--every-phase", action="store_true", help="in place of one phase for each")
    parser.add_argument("--share", type=int, default=1, help="every n-th cell only")
    parser.add_argument(
        "--file", type=Path, default=Path("results/faults.jsonl"), help="where results are kept"
    )
    parser.add_argument("--strikes", type=int, default=0, help="no cells: so many strikes")
    parser.add_argument("--jobs", type=int, default=1, help="so many cells at a time")
    parser.add_argument("--again", action="store_true", help="play those again that were not good")
    asked = parser.parse_args()
    _clean_up_when_ended()
    every = sorted(cells(every_phase=asked.every_phase), key=scattered)
    if asked.share > 1:
        every = sample(asked.share)
    chosen = [cell for cell in every if not asked.names or cell.name.startswith(tuple(asked.names))]
    played = read(asked.file)
    if asked.strikes:
        return _strikes(range(asked.strikes), asked)
    known = {name for name, one in played.items() if one.good or not asked.again}
    to_play = [cell for cell in chosen if not cell.left_out() and cell.name not in known]
    for one in _played(play, to_play, asked):
        played[one.name] = one
    _say("\n".join([*table(chosen, played), "", "left out:", *reasons(chosen, played)]))
    done = [played[cell.name] for cell in chosen if cell.name in played]
    return int(any(not (one.good or one.skipped) for one in done))


def _strikes(numbers: Iterable[int], asked: argparse.Namespace) -> int:
    known = {name for name, one in read(asked.file).items() if one.good or not asked.again}
    chosen = [one for number in numbers if (one := Strike(number)).name not in known]
    return min(1, sum(not one.good for one in _played(strike, chosen, asked)))


def _played(
    how: Callable[[Any], Played], chosen: Sequence[Any], asked: argparse.Namespace
) -> Iterator[Played]:
    """Each as it ends, kept and told."""
    with multiprocessing.Pool(asked.jobs, _clean_up_when_ended) as pool:
        for one in pool.imap_unordered(how, chosen):
            add(asked.file, one)
            _say(f"{'good ' if one.good else 'BAD  '} {one.name}  {one.seconds} s  {_told(one)}")
            yield one


def _clean_up_when_ended() -> None:
    """Leave nothing of the cell that is played."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _told(one: Played) -> str:
    return "; ".join(
        filter(None, (one.skipped, f"lost {one.lost}" if one.lost else "", " ".join(one.left), one.wrong))
    )


if __name__ == "__main__":
    sys.exit(main())
