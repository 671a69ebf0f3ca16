"""How far counted costs can be trusted, beside rivals that time: tables and goals.

What it has taken is kept: started again, it goes on from there.
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

from studies.costs import summary, table, trial
from studies.costs.cells import ITSELF, JUDGES, REPEATED, cells
from studies.costs.planted import CHANGES, plant

_MOST = 1_000


def main(words=None):
    """Exit code of the comparison that `words` ask for."""
    options = _options(words)
    chosen = cells(options.judges, options.only or ())
    kept = Path(options.kept)
    kept.mkdir(parents=True, exist_ok=True)
    journal, failed = kept / "trials.jsonl", []
    known = _known(journal)
    ended = None
    try:
        with tempfile.TemporaryDirectory() as shop, _busy(options.busy):
            plant(shop)
            _take_all(chosen, known, journal, failed, shop, options)
    except KeyboardInterrupt:
        ended = 130
    found = {
        key: trials for key, trials in known.items() if any(key == (one.case, one.judge) for one in chosen)
    }
    goals = list(summary.goals(found))
    table.comparison(found, goals)
    if ended is not None:
        return ended
    return 1 if failed or not all(goal.kept for goal in goals) else 0


def _options(words):
    parser = argparse.ArgumentParser(prog="compare.py", description=__doc__.splitlines()[0])
    cases = [*REPEATED, ITSELF, *CHANGES]
    parser.add_argument("--trials", type=int, help="of each cell (default 20, of a commit against itself 50)")
    parser.add_argument("--only", nargs="+", choices=cases, metavar="CASE", help=f"of {', '.join(cases)}")
    parser.add_argument("--judges", nargs="+", choices=JUDGES, default=JUDGES, metavar="WHO",
                        help=f"of {', '.join(JUDGES)} (default all)")  # fmt: skip
    parser.add_argument("--operations", type=int, default=100, help="in a window (default 100)")
    parser.add_argument("--busy", type=int, default=os.cpu_count(), metavar="N",
                        help="busy loops meanwhile (default as many as cores)")  # fmt: skip
    parser.add_argument("--kept", default="results/costs-accuracy", metavar="FOLDER",
                        help="where trials are, and go (default %(default)s)")  # fmt: skip
    options = parser.parse_args(words)
    if options.trials is not None and not 0 <= options.trials <= _MOST:
        parser.error(f"--trials must be between 0 and {_MOST:,}; 0 only shows what is kept")
    if options.operations < 1 or options.busy < 0:
        parser.error("--operations and --busy are numbers of something")
    return options


def _known(journal):
    """Trials by case and judge."""
    found = defaultdict(list)
    if journal.is_file():
        for line in journal.read_text().splitlines():
            one = json.loads(line)
            found[one["case"], one["judge"]].append(one)
    return found


def _take_all(chosen, known, journal, failed, shop, options):
    """Round by round, so that a bad hour of the machine is shared by all cells."""
    wanted = {cell: cell.trials if options.trials is None else options.trials for cell in chosen}
    for number in range(max(wanted.values(), default=0)):
        for cell, trials in wanted.items():
            if number >= trials or len(known[cell.case, cell.judge]) > number:
                continue
            try:
                found = trial.take(cell, shop, options.operations)
            except (trial.Failed, OSError, subprocess.SubprocessError) as error:
                failed.append(f"{cell.name}: {error}")
                table.note(failed[-1])
                continue
            one = {"case": cell.case, "judge": cell.judge, **found}
            known[cell.case, cell.judge].append(one)
            with journal.open("a") as file:
                file.write(json.dumps(one) + "\n")
            told = {key: value for key, value in found.items() if key not in ("costs", "seconds", "load")}
            table.note(f"{number + 1}/{trials} {cell.name} in {found['seconds']:.0f} s: {told}")


@contextlib.contextmanager
def _busy(count):
    """So many loops beside, each a process of its own."""
    loops = [multiprocessing.Process(target=_turn, daemon=True) for _ in range(count)]
    for one in loops:
        one.start()
    try:
        yield
    finally:
        for one in loops:
            one.terminate()
            one.join()


def _turn():
    while True:
        sum(range(10_000))
