"""Faults in words, as they are given by hand: "at 5s latency 10s delay=100ms way=to"."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Sequence
from typing import Any

from suite.contract.fault import At
from suite.errors import ConfigurationError
from suite.faults.bandwidth import Bandwidth
from suite.faults.black_hole import BlackHole
from suite.faults.latency import Latency
from suite.faults.loss import Loss
from suite.faults.partition import Partition
from suite.faults.requests import Every, First
from suite.faults.reset import Reset
from suite.faults.slice import Slice
from suite.faults.slow_close import SlowClose
from suite.faults.time_out import TimeOut
from suite.faults.way_fault import WayFault

KINDS: dict[str, type[WayFault]] = {
    kind.__name__.lower(): kind
    for kind in (Bandwidth, BlackHole, Latency, Loss, Partition, Reset, Slice, SlowClose, TimeOut)
}
_REQUESTS = {"first": First, "every": Every}
_WHERE = ("way", "share", *_REQUESTS, "ramp")


def spoken(line: str, party: str) -> At:
    """The fault of a line like `[at TIME] KIND [LASTING] [SETTING=VALUE ...]`; without `at` it begins now.

    Settings are those of the fault, and `first=N` or `every=N` HTTP requests, `ramp=TIME`. Raises
    ConfigurationError that names the line.
    """
    try:
        return _spoken(line.split(), party)
    except ConfigurationError as error:
        lines = str(error).splitlines()
        raise ConfigurationError.of(f"{line.strip()!r}: {one}" for one in lines) from error


def _spoken(words: list[str], party: str) -> At:
    at = "0"
    if words[:1] == ["at"]:
        at, words = (words[1] if len(words) > 1 else ""), words[2:]
    name = words[0].lower().replace("-", "") if words else ""
    kind = KINDS.get(name)
    if kind is None:
        raise ConfigurationError(f"no fault is called {name!r}; there are {', '.join(KINDS)}")
    plain = [word for word in words[1:] if "=" not in word]
    if len(plain) > 1:
        raise ConfigurationError(f"{plain[1]!r} means nothing; a setting is NAME=VALUE")
    pairs = [word.split("=", 1) for word in words[1:] if "=" in word]
    _check(kind, [name for name, _ in pairs])
    settings: dict[str, Any] = dict(pairs)
    ramp = settings.pop("ramp", 0.0)
    for which, chosen in _REQUESTS.items():
        if which in settings:
            settings["requests"] = chosen(_whole(which, settings.pop(which)))
    if "size" in settings:
        settings["size"] = _whole("size", settings["size"])
    return At(at, kind(party, plain[0] if plain else None, **settings), ramp)


def _check(kind: type[WayFault], settings: Sequence[str]) -> None:
    """Raise ConfigurationError for settings that it has not, that come twice, or that it can't do without."""
    own = {
        name: one.default is one.empty
        for name, one in inspect.signature(kind).parameters.items()
        if one.kind is one.KEYWORD_ONLY and name not in ("requests", *_WHERE)
    }
    known = [*own, *_WHERE]
    what = kind.__name__
    faults = [f"{what} has no {name!r}; it has {', '.join(known)}" for name in settings if name not in known]
    faults += [f"{name}= was given twice" for name, times in Counter(settings).items() if times > 1]
    if set(_REQUESTS) <= set(settings):
        faults.append(f"{' and '.join(f'{name}=' for name in _REQUESTS)} exclude each other")
    faults += [f"{what} needs {name}=" for name, needed in own.items() if needed and name not in settings]
    if faults:
        raise ConfigurationError.of(faults)


def _whole(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise ConfigurationError(f"{name}={text}: a whole number is wanted") from error
