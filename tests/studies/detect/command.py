"""The command: which detectors, how often; tables, goals, JSON."""

import argparse
import dataclasses
import json

from studies.detect import table, trials
from studies.detect.goals import Row, goals
from studies.detect.roster import DETECTORS


def main(words=None):
    """0, or 1 when a goal is missed, or 2 when there is nothing to compare."""
    options = _options(words)
    chosen = [each for each in DETECTORS if not options.only or each.name in options.only]
    there = []
    for detector in chosen:
        if (reason := detector.missing()) is None:
            there.append(detector)
        else:
            table.note(f"skipped: {reason}")
    if not there:
        return 2
    rows = [_row(detector, options) for detector in there]
    table.progress("drift, and one value more")
    drift, wrongly = trials.drift(options.seed)
    growth = trials.growth(options.seed)
    judged = list(goals(rows, drift, growth))
    table.accuracy(rows)
    table.alarms(rows)
    table.alone(drift, wrongly, growth)
    table.judged(judged)
    if options.json:
        document = {
            "rows": [dataclasses.asdict(row) for row in rows],
            "drift": drift,
            "drift_wrongly": wrongly,
            "growth": growth,
            "goals": [dataclasses.asdict(goal) for goal in judged],
        }
        with open(options.json, "w") as file:
            json.dump(document, file, indent=2)
    return 0 if all(goal.kept for goal in judged) else 1


def _row(detector, options):
    scores = {}
    for n, repeat in trials.LENGTHS.items():
        if n <= options.longest:
            table.progress(f"{detector.label}: {n:,} values")
            scores[n] = trials.accuracy(detector, options.seed, n, repeat)
    table.progress(f"{detector.label}: alarms, delay, time")
    return Row(
        detector.name,
        detector.label,
        scores,
        trials.alarms(detector, options.seed),
        trials.delay(detector, options.seed),
        trials.seconds(detector, options.seed),
    )


def _options(words):
    parser = argparse.ArgumentParser(prog="compare.py", description="Change point detectors, compared.")
    parser.add_argument("--only", nargs="+", choices=[each.name for each in DETECTORS], help="these alone")
    parser.add_argument("--seed", type=int, default=1, help="of the series (default %(default)s)")
    parser.add_argument(
        "--longest", type=int, default=10_000, choices=[1_000, 10_000], help="values of the longest series"
    )
    parser.add_argument("--json", metavar="FILE", help="write everything there as well")
    return parser.parse_args(words)
