"""Documents and records of schema 1, made into those of schema 2: plain data to plain data.

What is not as it should be stays as it is: whoever reads it afterwards says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from suite.records.classes import machine_class

_Data = Mapping[str, Any]


def upgraded(document: _Data, made: str) -> dict[str, Any] | None:
    """A document of schema 1 as one of schema 2; None if it is no such document.

    `made` is a time for what has none of its own.
    """
    for key, (kind, entries) in _KINDS.items():
        inside = document.get(key)
        if isinstance(inside, list | dict):
            rest = {name: value for name, value in document.items() if name not in (key, "commit")}
            results = [dict(one) if isinstance(one, dict) else one for one in entries(inside, document, made)]
            return {"environment": {}, **rest, "schema": 2, "kind": kind, "made": made, "results": results}
    return None


def run(entry: _Data) -> dict[str, Any]:
    """A Run."""
    new = _placed(entry)
    details = entry.get("details")
    if isinstance(details, list):
        new["details"] = [_renamed(one) for one in details]
    validity = entry.get("validity")
    if isinstance(validity, dict) and isinstance(validity.get("reasons"), list):
        new["validity"] = {**validity, "reasons": [reason(one) for one in validity["reasons"]]}
    if "limiter" in entry:
        new["limiter"] = reason(entry["limiter"])
    new.setdefault("partial", entry.get("error") is not None)
    if new.get("evidence", ()) is None:  # older than evidence
        del new["evidence"]
    return new


def leaks(entry: _Data) -> dict[str, Any]:
    """A search for leaks, whose verdict was a sentence too."""
    new = _placed(entry)
    verdict = new.get("verdict")
    if isinstance(verdict, dict) and "words" in verdict:
        rest = {name: value for name, value in verdict.items() if name != "words"}
        new["verdict"] = {**rest, "reasons": [verdict["words"]]}
    return new


def capacity(entry: _Data) -> dict[str, Any]:
    """A search for the capacity."""
    new = _placed(entry)
    if "loop" in new:
        new["plan"] = new.pop("loop")
    scaling = new.get("scaling")
    if isinstance(scaling, dict) and "note" in scaling:
        rest = {name: value for name, value in scaling.items() if name != "note"}
        new["scaling"] = {**rest, "fit": scaling["note"]}
    return new


def reason(value: Any) -> Any:
    """A reason; of older documents, where it was a sentence or a kind with one, with that as its text."""
    if isinstance(value, str):
        return {"kind": "text", "figures": {"text": value}}
    if isinstance(value, Mapping) and "text" in value and "figures" not in value:
        return {"kind": value.get("kind"), "figures": {"text": value["text"]}}
    return value


def _placed(entry: _Data) -> dict[str, Any]:
    """Whether code was changed stands beside its commit now."""
    new = dict(entry)
    environment = new.get("environment")
    if isinstance(environment, dict) and "dirty" in environment:
        new["environment"] = {name: value for name, value in environment.items() if name != "dirty"}
        new["dirty"] = bool(environment["dirty"])
    return new


def _renamed(detail: Any) -> Any:
    if not isinstance(detail, dict) or "class" not in detail:
        return detail
    return {("kind" if name == "class" else name): value for name, value in detail.items()}


def _outside(document: _Data) -> dict[str, Any]:
    """What stands once for all results."""
    return {name: document[name] for name in ("commit", "environment") if name in document}


def _each(inside: Any) -> list[Any]:
    return list(inside) if isinstance(inside, list) else [inside]


def _runs(inside: Any, _document: _Data, _made: str) -> Iterator[Any]:
    for one in _each(inside):
        yield run(one) if isinstance(one, dict) else one


def _leaks(inside: Any, document: _Data, _made: str) -> Iterator[Any]:
    for one in _each(inside):
        yield leaks({**_outside(document), **one}) if isinstance(one, dict) else one


def _capacities(inside: Any, document: _Data, _made: str) -> Iterator[Any]:
    for one in _each(inside):
        yield capacity({**_outside(document), **one}) if isinstance(one, dict) else one


def _comparisons(inside: Any, document: _Data, made: str) -> Iterator[Any]:
    """They did not say what they were made from: the id follows from what they found."""
    head = document.get("head")
    sha = head.get("commit") if isinstance(head, dict) else None
    for one in _each(inside):
        if not isinstance(one, dict):
            yield one
            continue
        unknown: _Data = {"commit": sha, "branch": None, "environment": {}, "plan": {}}
        yield {"id": _digest(one), "started": made, **unknown, **one}


def _turns(inside: Any, document: _Data, made: str) -> Iterator[Any]:
    """Known by the first Run of base; from where the first of head is."""
    head = document.get("head")
    for one in _each(inside):
        if not isinstance(one, dict):
            yield one
            continue
        rest = {name: value for name, value in one.items() if name != "comparison"}
        pairs = [pair for pair in _each(one.get("pairs", [])) if isinstance(pair, dict)]
        rest["pairs"] = [
            {
                **pair,
                **{side: run(pair[side]) for side in ("base", "head") if isinstance(pair.get(side), dict)},
            }
            for pair in pairs
        ]
        found = one.get("comparison") or {
            "changes": [],
            "base": "",
            "head": "",
            "notes": [one.get("cut") or ""],
        }
        first = rest["pairs"][0] if pairs else {}
        base, other = first.get("base", {}), first.get("head", {})
        yield {
            "id": base.get("id") or _digest(one),
            "started": base.get("started", made),
            "commit": other.get("commit", head.get("sha") if isinstance(head, dict) else None),
            "branch": other.get("branch"),
            "dirty": other.get("dirty", False),
            "environment": other.get("environment", document.get("environment", {})),
            "plan": other.get("plan", {}),
            **rest,
            **found,
        }


def _calibrations(inside: Any, document: _Data, made: str) -> Iterator[Any]:
    environment = document.get("environment")
    where = environment if isinstance(environment, dict) else {}
    for one in _each(inside):
        if isinstance(one, dict):
            yield _calibration(one, machine_class(where), "", made, where)
        else:
            yield one


def _machines(inside: Any, _document: _Data, made: str) -> Iterator[Any]:
    """The file that calibrations were kept in, by machine, workload and load."""
    for machine, workloads in dict(inside).items():
        for loads in workloads.values() if isinstance(workloads, dict) else ():
            for load, one in loads.items() if isinstance(loads, dict) else ():
                yield _calibration(one, machine, load, made, {}) if isinstance(one, dict) else one


def _calibration(entry: _Data, machine: str, load: str, made: str, environment: _Data) -> dict[str, Any]:
    return {
        "id": _digest(entry),
        "started": entry.get("measured", made),
        "branch": None,
        "environment": environment,
        "plan": {},
        "machine": machine,
        "load": load,
        **entry,
        # Sentences then.
        "against_itself": None,
        "planted": None,
    }


def _digest(entry: _Data) -> str:
    return hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()[:12]


_KINDS: dict[str, tuple[str, Callable[[Any, _Data, str], Iterator[Any]]]] = {
    "runs": ("run", _runs),
    "leaks": ("leaks", _leaks),
    "capacity": ("capacity", _capacities),
    "ab": ("ab", _turns),
    "comparisons": ("comparison", _comparisons),
    "calibrations": ("calibration", _calibrations),
    "machines": ("calibration", _machines),
}
"""By the name that held the results."""
