"""One trial of a cell: a fresh start counted, or two commits of the shop judged."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from studies.costs import rivals
from studies.costs.planted import BASE, CHANGES, LOAD, branch

_LONGEST = 3600


class Failed(Exception):
    """A trial that came to no end."""


def take(cell, shop, operations):
    """What a trial found, ready for JSON; `shop` is the repository of `planted`."""
    began = time.monotonic()
    if not cell.judge:
        found = repeated(cell.case, shop, operations)
    elif cell.judge == "costs":
        found = judged(cell.case, shop, "--costs", "--operations", str(operations))
    elif cell.judge == "time":
        found = judged(cell.case, shop)
    else:
        found = rivals.measured(cell.judge, shop, branch(cell.case))
    return {**found, "seconds": time.monotonic() - began, "load": os.getloadavg()[0]}


def repeated(workload, shop, operations):
    """What `suite costs` counts of it in fresh processes."""
    target = LOAD if workload == "shop/browse" else workload
    document = _suite(shop, "costs", target, "--operations", str(operations), codes=(0,))
    (bill,) = document["results"]
    costs = {name: one["value"] for name, one in bill["costs"].items()}
    return {"costs": costs, "validity": bill["validity"]["verdict"]}


def judged(case, shop, *words):
    """What `suite ab` says of the branch of a case: its exit code, which metrics grew, where."""
    document = _suite(shop, "ab", BASE, branch(case), LOAD, *words, codes=(0, 1, 3))
    grown, places = [], []
    for one in document["results"]:
        grown += [change["metric"] for change in one["changes"] if change["verdict"] == "regression"]
        places += [place for place in one.get("places", ()) if place["head"] > place["base"]]
    change = CHANGES.get(case)
    return {
        "code": document["exit_code"],
        "accused": document["exit_code"] == 1,
        "grown": grown,
        "named": change is not None
        and change.metric in grown
        and any(_is_it(change, place) for place in places),
    }


def _is_it(change, place):
    """Whether a place is where the change was planted."""
    function = place["function"].partition(".")[0]  # or of what stands in it, such as a comprehension
    return function == change.function and (not change.called or place["text"] == change.called)


def _suite(shop, *words, codes):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "document.json")
        argv = [sys.executable, "-P", "-m", "suite.cli", *words, "--json", file, "--results", folder]
        done = subprocess.run(argv, cwd=shop, capture_output=True, text=True, timeout=_LONGEST, check=False)
        if done.returncode not in codes:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise Failed(f"suite {words[0]} ended with {done.returncode}: {' '.join(said)}")
        return json.loads(file.read_text())
