"""A failure made on purpose: whom it meets, when, for how long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from suite.contract.loop import Duration
from suite.errors import ConfigurationError, Faults
from suite.units import parse

SYSTEM = "system"
"""What faults call the system under test; helpers have their names in `beside=`."""


class Fault:
    """Base of all failures, see `suite.faults`. `party` is "system" or the name of a helper.

    It lasts `lasting` seconds (None: until the load ends). One that is `between` acts on the way to its
    party, in a proxy; any other is done to its processes, by `begin` and `end`. What else it is
    set to are its other attributes, plain data.
    """

    between: ClassVar[bool] = False
    ramps: ClassVar[bool] = False
    """Whether there can be less of it than all."""
    kills: ClassVar[bool] = False
    """Whether its party may die of it; what is dead at the end is started again."""

    def __init__(self, party: str, lasting: Duration | None) -> None:
        self.party = party
        self.lasting = None if lasting is None else parse(lasting, "s")

    @property
    def kind(self) -> str:
        """What it is called in results."""
        return type(self).__name__

    def settings(self) -> Mapping[str, Any]:
        """What it is set to, but for party and time, as documents hold it."""
        left = ("party", "lasting")
        values = {name: value for name, value in vars(self).items() if name not in left and name[0] != "_"}
        return {
            name: value if isinstance(value, str | int | float) else str(value)
            for name, value in values.items()
            if value is not None
        }

    def problems(self) -> Iterator[str]:
        """What is wrong with it, whatever the workload."""
        if self.lasting is not None and self.lasting < 0:
            yield "it can't last a negative time"

    def begin(self, processes: Sequence[int]) -> list[int]:
        """Do it to those of its party's processes that it means, the root first; which they were.

        Called in the main thread, beside the load: it must not wait.
        """
        raise NotImplementedError

    def settled(self, processes: Sequence[int]) -> bool:  # noqa: ARG002 - what takes a while looks at them
        """Whether what `begin` did to these has happened to them by now: `end` is not called before."""
        return True

    def end(self, processes: Sequence[int]) -> None:
        """Undo it for these, which it was done to; the same holds."""


@dataclass(frozen=True, slots=True)
class At:
    """A fault, and the seconds after which it begins: of the measured part, or of a counted loop's load.

    With `ramp` it grows from nothing to all of it within so many seconds.
    """

    at: Duration
    fault: Fault
    ramp: Duration = 0.0

    def __post_init__(self) -> None:
        """Raises ConfigurationError with all that is wrong."""
        faults = Faults()
        for name in ("at", "ramp"):
            with faults.collected():
                object.__setattr__(self, name, parse(getattr(self, name), "s"))
        given: Any = self.fault
        if not isinstance(given, Fault):
            faults.lines.append(f"{given!r} is no fault; suite.faults has them")
        faults.check()
        faults.lines += self._problems()
        if faults.lines:
            raise ConfigurationError.of(f"{self}: {line}" for line in faults.lines)

    def __str__(self) -> str:
        return f"{self.fault.kind} of {self.fault.party} at {self.begins:g} s"

    @property
    def begins(self) -> float:
        """Seconds until it begins."""
        return float(self.at)

    @property
    def rising(self) -> float:
        """Seconds in which it grows."""
        return float(self.ramp)

    @property
    def ends(self) -> float | None:
        """Seconds until it ends; None: with the load."""
        return None if self.fault.lasting is None else self.begins + self.fault.lasting

    def settings(self) -> Mapping[str, Any]:
        """Those of the fault, and the ramp if it has one."""
        return {**self.fault.settings(), **({"ramp": self.rising} if self.rising else {})}

    def described(self) -> str:
        """All that it says in one line: two timelines are the same if their lines are."""
        lasting = "" if self.fault.lasting is None else f" for {self.fault.lasting:g} s"
        return " ".join([f"{self}{lasting}", *(f"{name}={value}" for name, value in self.settings().items())])

    def scaled(self, factor: float) -> At:
        """The same in a time that is shorter by `factor`."""
        import copy

        fault = copy.copy(self.fault)
        if fault.lasting is not None:
            fault.lasting *= factor
        return At(self.begins * factor, fault, self.rising * factor)

    def _problems(self) -> Iterator[str]:
        yield from self.fault.problems()
        if self.begins < 0:
            yield "it can't begin at a negative time"
        if self.rising < 0:
            yield "it can't grow for a negative time"
        if self.rising and not self.fault.ramps:
            yield f"there is no half of a {self.fault.kind}: it has no ramp"
        if self.fault.lasting is not None and self.rising > self.fault.lasting:
            yield "it ends before it has grown"
