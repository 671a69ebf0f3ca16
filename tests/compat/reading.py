"""What the documents of any version say, in terms that no version's field names decide.

All that knows how a document is laid out is here: schema 1 has a key of its own for each kind of result,
schema 2 has `results` for every kind.
"""

import gzip
import json
from pathlib import Path

import pytest

DATA = Path(__file__).parent / "data"
_KINDS = (
    "runs",
    "leaks",
    "capacity",
    "ab",
    "comparisons",
    "events",
    "histories",
    "calibrations",
    "workloads",
)


_NO_MACHINE = ("packages", "dirty", "setting")


def read(*names):
    """A document among the data."""
    content = DATA.joinpath(*names).read_bytes()
    return json.loads(gzip.decompress(content) if names[-1].endswith(".gz") else content)


def expected(name):
    """What today's main gave, before anything moved."""
    return read("expected.json")[name]


def results(document):
    """The results in a document, whatever its kind; what has no envelope is one itself."""
    if "results" in document:
        shared = {"environment": document["environment"]}
        return [{**shared, **one} for one in document["results"]]
    for kind in _KINDS:
        if kind in document:
            inside = document[kind]
            return inside if isinstance(inside, list) else [{**_shared(document), **inside}]
    return [document]


def ended(document):
    """Verdict and exit code of the command that wrote it."""
    return [document["verdict"], document["exit_code"]]


def listed(document):
    """Of a list of Runs what it says of each, newest first."""
    return [
        {
            **{key: run[key] for key in ("id", "workload", "started", "commit", "branch")},
            **{key: run[key] for key in ("verdict", "exit_code", "validity", "rounds")},
            "metrics": {name: one["value"] for name, one in run["metrics"].items()},
        }
        for run in results(document)
        if run.get("kind", "run") == "run"
    ]


def runs(document):
    """The Runs in a document by their ids."""
    return {run["id"]: _run(run) for run in results(document)}


def _said(reason):
    """A reason's sentence: today's main had nothing else, what reads it keeps it as the figure `text`."""
    return reason if isinstance(reason, str) else reason.get("figures", reason)["text"]


def _run(run):
    # What asv keeps apart is told since: it came beside what there was.
    plan = {key: value for key, value in run["plan"].items() if key not in ("repeated", "versions")}
    environment = run["environment"]
    return {
        **{key: run[key] for key in ("workload", "started", "commit", "branch", "verdict", "exit_code")},
        **{key: run[key] for key in ("rounds", "outcomes", "operations", "statuses", "series")},
        "plan": {**plan, "tries again": len(run["plan"].get("repeated", ()))},
        "metrics": {name: _measured(one) for name, one in run["metrics"].items()},
        "details": [
            [
                one["outcome"],
                one.get("kind", one.get("class")),
                one["operation"],
                one["count"],
                one["first"],
                one["example"],
            ]
            for one in run["details"]
        ],
        "thresholds": [
            [one[key] for key in ("metric", "level", "limit", "value", "passed")] for one in run["thresholds"]
        ],
        "checks": [[one[key] for key in ("name", "passed", "detail")] for one in run["checks"]],
        "validity": [run["validity"]["verdict"], [*map(_said, run["validity"]["reasons"])]],
        "limiter": run["limiter"] and [run["limiter"]["kind"], _said(run["limiter"])],
        "error": run["error"] and [run["error"]["kind"], run["error"]["message"]],
        "histograms": sorted(run["histograms"]),
        "evidence": len(run["evidence"]),
        "machine": {key: value for key, value in environment.items() if key not in _NO_MACHINE},
        "dirty": bool(run.get("dirty", environment.get("dirty"))),
    }


def _measured(one):
    """At its end what seldom is there."""
    seldom = ["at least"] * one["at_least"] + [one["note"]] * bool(one["note"])
    return [one["value"], one["unit"], one["better"], one["values"], *seldom]


def comparisons(document):
    """The verdict on each metric of each workload, and by how much it differs."""
    return {
        one["workload"]: {change["metric"]: _change(change) for change in one["changes"]}
        for one in results(document)
    }


def _change(change):
    shift = change["shift"]
    return {
        **{key: change[key] for key in ("verdict", "base", "head", "minimum")},
        "change": shift and shift["estimate"],
        "between": shift and [shift["low"], shift["high"]],
    }


def histories(document):
    """Values and changes of metrics, commit by commit."""
    return {
        f"{one['workload']} {one['metric']}": {
            "values": [[at["commit"], at["value"], at["runs"]] for at in one["commits"]],
            "changes": [_moved(change) for change in one["changes"]],
            "drift": one["drift"],
            "measured from": one["pinned"],
        }
        for one in results(document)
    }


def events(document):
    """Which metrics moved at which commits."""
    return {
        one["commit"]: {f"{moved['workload']} {moved['metric']}": _moved(moved) for moved in one["moved"]}
        for one in results(document)
    }


def blamed(document):
    """The change that was asked about, and the commits that it may have come with."""
    [one] = results(document)
    return {**_moved(one), "commits": one["between"], "not measured": one["not_measured"]}


def _moved(one):
    names = ("commit", "good", "bad", "before", "after", "change", "status", "direction", "accepted")
    return {key: one[key] for key in names}


def leaks(document):
    """What searches for leaks found, by their ids."""
    return {one["id"]: _leak(one) for one in results(document)}


def _leak(search):
    verdict = search["verdict"]
    names = ("outcome", "operations", "bytes_per_operation", "blocks_per_operation", "detectable")
    return {
        **{key: search[key] for key in ("workload", "started", "commit")},
        **{key: verdict[key] for key in names},
        "words": verdict["words"] if "words" in verdict else _said(verdict["reasons"][0]),
        "suspects": [
            [one[key] for key in ("function", "file", "line", "bytes_per_operation", "share")]
            for one in search["suspects"]
        ],
    }


def workloads(document):
    """What a list of workloads says of each; a loop's fields that it does not use say nothing."""
    names = ("description", "operations", "parameters", "thresholds", "tags")
    return {
        one["name"]: {key: one[key] for key in names}
        | {"loop": {key: value for key, value in one["loop"].items() if value is not None}}
        for one in results(document)
    }


def _shared(document):
    """What a document says of its only result outside of that."""
    return {key: document[key] for key in ("commit", "environment") if key in document}


def near(found, rel=1e-6, least=1e-12):
    """What is worked out anew may differ in its last digits, and drawn intervals in a little more."""
    if isinstance(found, dict):
        return {
            key: near(value, 0.1, 0.01) if key == "between" else near(value) for key, value in found.items()
        }
    if isinstance(found, list):
        return [near(one, rel, least) for one in found]
    return pytest.approx(found, rel=rel, abs=least) if isinstance(found, float) else found
