"""The search for leaks and its rivals on the leaky server: who finds and accuses what; a table and JSON."""

import argparse
import dataclasses
import functools
import json
import subprocess

from rich.progress import Progress, TimeElapsedColumn
from studies.leaks_accuracy import memray_rule, resident_rule, summary, table
from studies.leaks_accuracy.cases import CASES

from suite.errors import Interrupted, SystemFailed
from suite.process.guard import interruptible

JUDGES = ("ours", "rss", "memray")
_MOST = 1_000


def main(words=None):
    """Exit code of the comparison that `words` ask for."""
    options = _options(words)
    cases = [case for case in CASES if not options.only or case.name in options.only]
    judges = list(options.judges)
    if "memray" in judges and (reason := memray_rule.missing()) is not None:
        judges.remove("memray")
        table.note(f"skipped: {reason}")
    if not judges:
        return 2
    trials = [summary.Trials(case) for case in cases]
    rivals = dict(_rivals(judges))
    ended, failed = None, []
    try:
        with interruptible():
            _judge_all(trials, rivals, "ours" in judges, 1 if options.quick else options.repeats, failed)
    except Interrupted as error:
        ended = error.exit_code
    goals = list(summary.goals(trials))
    table.comparison(trials, rivals, goals)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(_document(trials, goals, failed), file, indent=2)
    if ended is not None:
        return ended
    return 1 if failed or not all(goal.kept for goal in goals) else 0


def _options(words):
    parser = argparse.ArgumentParser(prog="compare.py", description=__doc__)
    names = [case.name for case in CASES]
    parser.add_argument("--repeats", type=int, default=20, help="trials of each case (default 20)")
    parser.add_argument("--quick", action="store_true", help="one trial of each")
    parser.add_argument("--only", nargs="+", choices=names, metavar="CASE", help=f"of {', '.join(names)}")
    parser.add_argument("--judges", nargs="+", choices=JUDGES, default=JUDGES, metavar="WHO",
                        help=f"of {', '.join(JUDGES)} (default all)")  # fmt: skip
    parser.add_argument("--json", metavar="FILE", help="write all figures there")
    options = parser.parse_args(words)
    if not 1 <= options.repeats <= _MOST:
        parser.error(f"--repeats must be between 1 and {_MOST}")
    return options


def _rivals(judges):
    """By the name of each rival: which cases it can express, and how it judges one."""
    if "rss" in judges:
        yield "RSS +50 MB", (lambda case: True, resident_rule.accuses)
    if "memray" in judges:
        for limit in memray_rule.LIMITS:
            accuses = functools.partial(memray_rule.accuses, limit=limit)
            yield f"memray {limit}", (memray_rule.can_express, accuses)


def _judge_all(trials, rivals, ours, repeats, failed):
    """Round by round, so that a bad hour of the machine is shared by all cases."""
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn(), console=table.err) as progress:
        task = progress.add_task("", total=repeats * len(trials))
        for number in range(repeats):
            for each in trials:
                progress.update(task, description=f"round {number + 1} of {repeats}: {each.case.name}")
                words = _judge(each, rivals, ours, number + 1, failed)
                progress.advance(task)
                table.note(f"{number + 1}/{repeats} {each.case.name}: {words}")


def _judge(trial, rivals, ours, seed, failed):
    words = []
    if ours:
        from studies.leaks_accuracy.ours import said_of

        said = said_of(trial.case, seed)
        trial.said.append(said)
        words.append(said.words)
    for name, (can_express, accuses) in rivals.items():
        if not can_express(trial.case):
            continue
        try:
            accused = accuses(trial.case, seed=seed)
        except (memray_rule.Failed, SystemFailed, OSError, subprocess.TimeoutExpired) as error:
            failed.append(f"{name}, {trial.case.name}: {error}")
            table.note(failed[-1])
            continue
        trial.add(name, accused)
        words.append(f"{name}: {'a leak' if accused else 'no leak'}")
    return "; ".join(words)


def _document(trials, goals, failed):
    return {
        "cases": [
            {
                "case": each.case.name,
                "leaks": each.case.leaks,
                "bytes": each.case.bytes,
                "trials": len(each.said),
                "right": each.right,
                "accused": each.accused,
                "named": each.named,
                "load": each.load,
                "wall": each.wall,
                "said": [dataclasses.asdict(said) for said in each.said],
                "rivals": each.rivals,
            }
            for each in trials
        ],
        "goals": [dataclasses.asdict(goal) for goal in goals],
        "failed": failed,
    }
