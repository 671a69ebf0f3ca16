"""AsvResult: what asv keeps of one commit in one environment of a machine, in any of its formats."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from suite.errors import StoreError
from suite.process.redaction import redacted, shown_value
from suite.process.secret_forms import HIDDEN

NEWEST = 2
"""The newest format that is read here. Before it results were objects, now each is a list of columns."""
_MACHINE = ("machine", "os", "arch", "cpu", "num_cpu", "ram")
_USER = re.compile(r"(?<=://)(?!git@)[^/\s@]+(?=@)")
"""Of a URL that pip fetches from: a password where it stands alone, too, however short."""
_VERSION = re.compile(r"[<>=!~^ ]{0,3}v?\d{1,4}(?:\.[\w*+!-]{1,40}){0,9}")
"""No secret, though a package may be called secretstorage."""
_HASH = 64
_SHORT = 12


@dataclass(frozen=True, slots=True)
class AsvRow:
    """A benchmark's value for each combination of its parameters: (in words, value, samples).

    `version` is that of the benchmark; asv keeps another one's values apart. None where it is not known.
    """

    benchmark: str
    version: str | None
    values: tuple[tuple[str, float, tuple[float, ...]], ...]


def rows_of(data: Mapping[str, Any]) -> Iterator[AsvRow]:
    """All that was measured. What is no number, such as of a benchmark that failed, is left out.

    Raises StoreError for a newer format; KeyError, TypeError or ValueError for what is none.
    """
    version = data.get("version")
    if isinstance(version, int) and version > NEWEST:
        raise StoreError(f"format {version} of asv is newer than this: it reads up to {NEWEST}")
    columns = data.get("result_columns")
    for benchmark, row in data["results"].items():
        cells = _older(data, benchmark, row) if columns is None else _cells(columns, row)
        said = cells.get("version")
        yield AsvRow(benchmark, None if said is None else short_version(str(said)), tuple(_values(cells)))


def setting_of(data: Mapping[str, Any]) -> str:
    """What asv keeps apart beside hardware, in words: "ubuntu-latest, Python 3.12, numpy 1.26"."""
    params = data["params"]
    software = {
        "python": data.get("python"),
        **shown_parameters(params),
        **shown_packages(data.get("requirements")),
        **{f"env {name}": value for name, value in shown_variables(data.get("env_vars")).items()},
    }
    return setting_words(shown_machine(params), software)


def shown_machine(params: Mapping[str, Any]) -> str | None:
    """What a machine is called."""
    name = params.get("machine")
    return None if name is None else _shown(str(name))


def shown_parameters(params: Mapping[str, Any]) -> dict[str, Any]:
    """What asv keeps with a result beside its machine's hardware: mostly packages."""
    return shown_packages({name: value for name, value in params.items() if name not in _MACHINE})


def shown_packages(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Packages and their versions, either of which may be a URL, without who fetches them."""
    return {
        _fetched(name): _fetched(value)
        if isinstance(value, str) and ("://" in value or _VERSION.fullmatch(value))
        else shown_value(name, value)
        for name, value in dict(given or {}).items()
    }


def _fetched(text: str) -> str:
    return _shown(_USER.sub(HIDDEN, text))


def shown_variables(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Variables of the environment that asv sets, without what is secret: asv writes it down."""
    return {name: shown_value(name, value) for name, value in dict(given or {}).items()}


def setting_words(machine: str | None, software: Mapping[str, Any]) -> str:
    """A machine's name and software in words; None is what is not there."""
    words = [
        f"{'Python' if name == 'python' else name} {value}".strip()
        for name, value in sorted(software.items(), key=lambda one: (one[0] != "python", one[0]))
        if value is not None
    ]
    return ", ".join([*([str(machine)] if machine else []), *words])


def short_version(version: str) -> str:
    """The beginning of a hash, which is a benchmark's version unless its author gave one."""
    return version[:_SHORT] if len(version) == _HASH else version


def _cells(columns: Sequence[str], row: Any) -> dict[str, Any]:
    return dict(zip(columns, row if isinstance(row, list) else [row], strict=False))


def _older(data: Mapping[str, Any], benchmark: str, row: Any) -> dict[str, Any]:
    """What a file from before format 2 has: one value, or an object, and versions apart."""
    cells = dict(row) if isinstance(row, Mapping) else {"result": row}
    return {**cells, "version": (data.get("benchmark_version") or {}).get(benchmark)}


def _values(cells: Mapping[str, Any]) -> Iterator[tuple[str, float, tuple[float, ...]]]:
    values, samples, params = (_list(cells.get(name)) for name in ("result", "samples", "params"))
    if not params:
        # Without parameters an older file has the samples as they are.
        samples = samples if any(isinstance(one, list) for one in samples) else [samples]
    shown = [_apart(one) for one in params]
    names = (f"({', '.join(some)})" if some else "" for some in itertools.product(*shown))
    # Parameters may say that there are more combinations than anybody has time for: values are what there is.
    for name, (value, some) in zip(
        names, itertools.zip_longest(values, samples[: len(values)]), strict=False
    ):
        if _is_number(value):
            yield name, float(value), tuple(float(one) for one in _list(some) if _is_number(one))


@lru_cache(4096)
def _shown(text: str) -> str:
    """The same stand in the results of each commit."""
    return redacted(text)


def _apart(values: Any) -> list[str]:
    """Those of a parameter in words, without what is secret: each stays another than those before it."""
    counts: Counter[str] = Counter()
    found = []
    for text in (_shown(str(one)) for one in values):
        counts[text] += 1
        found.append(text if counts[text] == 1 else f"{text} {counts[text]}")
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
