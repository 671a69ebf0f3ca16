"""What a system says of itself while load runs: where it is read, and what its figures are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from suite.contract.loop import Duration
from suite.contract.metric import Metric
from suite.errors import ConfigurationError
from suite.process.redaction import without_password
from suite.units import parse

Source = str | Callable[[Any], Any]
Labels = Mapping[str, str | int | Collection[str | int]]

OBSERVED = "observed."
"""What the names of the metrics begin with."""
FORMS = ("mean", "max", "rate")
"""What stands at the end of the name: of a gauge the first two, of a counter the last or nothing."""
GROWING = (
    "_total", "_count", "_sum", ".total", ".count", ".sum", "waits", "timeouts",
    "wait_seconds", "waited_seconds", "seconds_waited", "busy_seconds", "seconds_busy",
)  # fmt: skip
"""What names of counters end with where nothing else says that they are such."""
_PLACE = re.compile(r"(https?://[^\s/?#]+)?(/\S*)?", re.IGNORECASE)
_OF_THE_RUNTIME = ("process_*", "python_*", "go_*", "jvm_*", "nodejs_*", "dotnet_*", "*_created")
"""Left out unless they are asked for: what the sampler sees from outside is in `memory.*` and `cpu.*`."""
_UNITS = {"seconds": "s", "bytes": "B", "ratio": "ratio"}
_RATES = {"1": "1/s", "s": "1"}


class Observe:
    """A place where a system says figures of itself, read every second beside the load.

    `source` is a path on the system, or a whole URL, whose answer is Prometheus text or JSON, or a function
    of the system that returns a mapping of names to numbers, nested ones too. Numbers in JSON are called by
    their path, with dots; those of one name but other labels are added up.

    `requests` is the counter of requests, in its series that have `labels` (a value or several), that is
    to be reconciled with what was sent. `only` are the names that are kept, `counters` those that only
    grow though their names don't end in "_total", "_count" or "_sum" (patterns such as "pool.wait*").
    `timeout` is for one reading.
    """

    def __init__(
        self,
        source: Source,
        *,
        requests: str | None = None,
        labels: Labels = MappingProxyType({}),
        only: Sequence[str] = (),
        counters: Sequence[str] = (),
        timeout: Duration = 5.0,
    ) -> None:
        self.source = source
        self.requests = requests
        self.labels: Mapping[str, frozenset[str]] = MappingProxyType(
            {
                name: frozenset(map(str, [some] if isinstance(some, str | int) else some))
                for name, some in labels.items()
            }
        )
        self.only = (only,) if isinstance(only, str) else tuple(only)
        self.counters = (counters,) if isinstance(counters, str) else tuple(counters)
        self.timeout = parse(timeout, "s")
        faults = list(self._faults())
        if faults:
            raise ConfigurationError.of(f"observe {self.name}: {fault}" for fault in faults)

    @property
    def name(self) -> str:
        """What it is called where it is shown."""
        if isinstance(self.source, str):
            return without_password(self.source)
        return getattr(self.source, "__name__", type(self.source).__name__)

    def keeps(self, name: str) -> bool:
        """Whether the figure `name` is wanted."""
        if self.only:
            return any(fnmatchcase(name, pattern) for pattern in self.only)
        return not any(fnmatchcase(name, pattern) for pattern in _OF_THE_RUNTIME)

    def grows(self, name: str) -> bool:
        """Whether `name` is said to be a counter."""
        return name == self.requests or any(fnmatchcase(name, pattern) for pattern in self.counters)

    def counts(self, labels: Mapping[str, str]) -> bool:
        """Whether a series with `labels` is one of those that are reconciled."""
        return all(labels.get(name) in values for name, values in self.labels.items())

    def _faults(self) -> Iterator[str]:
        source: Any = self.source
        if not (callable(source) or (isinstance(source, str) and _is_place(source))):
            yield "give a path such as /metrics, a URL, or a function of the system"
        if isinstance(source, str) and "@" in source.partition("//")[2].partition("/")[0]:
            yield "a user or a password in a URL would be shown and kept; let a function ask"
        if self.labels and not self.requests:
            yield "labels= choose among the series of requests=; give the name of that counter too"
        if self.timeout <= 0:
            yield "timeout must be above 0"


def _is_place(source: str) -> bool:
    try:
        urlsplit(source).port  # noqa: B018 - one that is no number raises
    except ValueError:
        return False
    return bool(source and _PLACE.fullmatch(source))


def observers(given: Source | Observe | Sequence[Source | Observe] | None) -> tuple[Observe, ...]:
    """What `Workload(observe=...)` was given, one or several. Raises ConfigurationError."""
    if given is None:
        return ()
    several = given if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    return tuple(one if isinstance(one, Observe) else Observe(one) for one in several)


def observed_metric(name: str) -> Metric | None:
    """The metric `observed.…` of that name; None for another one.

    A gauge g has `observed.g.mean` and `observed.g.max`, a counter c `observed.c`, what it grew by, and
    `observed.c.rate`. Units are what Prometheus has names end with.
    """
    if not name.startswith(OBSERVED):
        return None
    figure, _, last = name.removeprefix(OBSERVED).rpartition(".")
    form = last if last in FORMS and figure else ""
    words = (figure if form else name).removesuffix("_total").removesuffix("_sum")
    unit = next((unit for word, unit in _UNITS.items() if words.endswith(word)), "1")
    if form == "rate":
        return Metric(name, _RATES.get(unit, f"{unit}/s"), "none")
    return Metric(name, unit, "none", combine="median" if form == "mean" else "max" if form else "sum")


def unasked(name: str, better: str) -> bool:
    """Whether a metric is what a system says of itself and nobody judges: shown over time, in no table."""
    return name.startswith(OBSERVED) and better == "none"


def figure_of(name: str) -> tuple[str, ...]:
    """The figures that a metric `observed.…` may be made of: what is left of it, without a form too."""
    whole = name.removeprefix(OBSERVED)
    figure, _, last = whole.rpartition(".")
    return (figure, whole) if figure and last in FORMS else (whole,)
