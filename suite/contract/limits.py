"""What a good operation holds: limits on its times."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from suite.contract.loop import Duration
from suite.errors import ConfigurationError
from suite.units import parse

_KINDS = ("response", "first", "gap")


def limits_of(given: Mapping[str, Duration], operations: Collection[str]) -> Mapping[str, float]:
    """Seconds by `response`, `first`, `gap`, or by one of these for an operation, `first@listen`.

    Raises ConfigurationError with all faults.
    """
    limits: dict[str, float] = {}
    faults: list[str] = []
    for name, value in given.items():
        kind, at, operation = name.partition("@")
        if kind not in _KINDS:
            faults.append(f"good={{{name!r}: ...}}: give limits for {', '.join(_KINDS[:-1])} or {_KINDS[-1]}")
        elif at and operation not in operations:
            faults.append(f"good={{{name!r}: ...}}: there is no operation {operation!r}")
        else:
            try:
                limits[name] = parse(value, "s")
            except ConfigurationError as error:
                faults.append(f"good={{{name!r}: ...}}: {error}")
            else:
                if limits[name] <= 0:
                    faults.append(f"good={{{name!r}: {value!r}}}: give a time above 0")
    if faults:
        raise ConfigurationError.of(faults)
    return MappingProxyType(limits)
