"""A workload: a system, its users, a loop, and what must hold."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from suite.contract.category import Category
from suite.contract.component import Component
from suite.contract.fault import SYSTEM, At
from suite.contract.fault_schedule import beyond, contradictions, unmet
from suite.contract.limits import limits_of
from suite.contract.loop import ClosedLoop, Duration, Loop
from suite.contract.metric import OF_FAULTS, STANDARD, Metric, find
from suite.contract.observe import OBSERVED, Observe, Source, observed_metric, observers
from suite.contract.retry import Retry
from suite.contract.secret import shown_parameter
from suite.contract.system import System
from suite.contract.threshold import Threshold
from suite.contract.user import Operation, User
from suite.errors import ConfigurationError, Faults
from suite.records.row import Row
from suite.units import parse

if TYPE_CHECKING:
    from suite.records.recording import Recording

Check = Callable[[Any, "Sequence[Any]", "Recording"], Any]
"""`check(system, kept, recording)`: returns text to show, or raises AssertionError saying what broke."""
Collect = Callable[[Any], "Iterable[Row]"]


@dataclass(frozen=True, slots=True)
class Share:
    """One class of virtual users and its share of the loop's users and operations."""

    user: type[User]
    weight: float
    operations: tuple[Operation, ...]


class Workload:
    """What `suite run` runs. All faults of its configuration are raised at once.

    `users` is a User class or a mapping of classes to shares. `beside` are helpers that the system
    needs, measured apart. `prepare(system)` runs once per fresh system, before users connect and outside
    of all metrics, within the system's deadline; it may be async. The plain data that it returns, or yields
    once, is `prepared` in users and in the recording of checks and metrics; what follows a `yield` undoes
    it, however the round ended (`system.round` makes names that no other round has). `checks`, `metrics`
    and `collect` look at the system after a round.
    `observe` is where the system says figures of itself while load runs, see `Observe`; one or several.
    `parameters` reach the users as `self.parameters`; `--set` overrides them. `timeout` bounds one
    operation, `grace` the wait for operations in flight at the end; `retry` says how an operation that the
    loop starts is tried again. `faults` are failures made on purpose, each `At` its time, which --quick
    shortens with the load. `good` are limits by `response`, `first` (until the first chunk or message) and
    `gap` (between two of them), for one operation by `first@listen`: the metric `good` is the share of
    operations that went well within theirs. `quick` replaces the loop under `--quick`. `category` is
    what some workloads are asked for and reported as together. `description` is one line for `suite list`;
    `caution` one that is said before `--target` has it load what runs already.
    """

    def __init__(
        self,
        name: str,
        system: System,
        users: type[User] | Mapping[type[User], float],
        *,
        loop: Loop,
        prepare: Callable[[Any], Any] | None = None,
        thresholds: Sequence[Threshold] = (),
        checks: Sequence[Check] = (),
        metrics: Sequence[Metric] = (),
        collect: Collect | None = None,
        beside: Mapping[str, System] = MappingProxyType({}),
        observe: Source | Observe | Sequence[Source | Observe] | None = None,
        tags: Iterable[str] = (),
        category: Category | None = None,
        parameters: Mapping[str, Any] = MappingProxyType({}),
        timeout: Duration = 30.0,
        grace: Duration = 5.0,
        retry: Retry | None = None,
        faults: Sequence[At] = (),
        good: Mapping[str, Duration] = MappingProxyType({}),
        quick: Loop | None = None,
        description: str = "",
        caution: str = "",
    ) -> None:
        self.name = name
        self.system = copy.copy(system)  # several workloads may name one, each with its own helpers
        self.users: Mapping[type[User], float] = (
            MappingProxyType(dict(users)) if isinstance(users, Mapping) else MappingProxyType({users: 1.0})
        )
        self.loop = loop
        self.prepare = prepare
        self.thresholds = tuple(thresholds)
        self.checks = tuple(checks)
        self.metrics = tuple(metrics)
        self.collect = collect
        self.beside = MappingProxyType(dict(beside))
        self.observe = observers(observe)
        self.tags = frozenset({tags} if isinstance(tags, str) else tags)
        self.category = category
        self.parameters: Mapping[str, Any] = MappingProxyType(dict(parameters))
        self.timeout = parse(timeout, "s")
        self.grace = parse(grace, "s")
        self.retry = retry
        self.faults = tuple(faults)
        self.quick = quick
        self.description = description
        self.caution = caution
        self.without: frozenset[str] = frozenset()
        self.system.beside = self.beside
        self.good: Mapping[str, float] = {}
        wrong = Faults()
        with wrong.collected():
            self.good = limits_of(good, {o.name for user in self._classes() for o in user.operations()})
        wrong.lines += self._wrong()
        if wrong.lines:
            raise ConfigurationError.of(f"workload {name}: {line}" for line in wrong.lines)

    def copy(self) -> Workload:
        """A shallow copy to change; the original stays as it is."""
        return copy.copy(self)

    @property
    def examined(self) -> bool:
        """Whether anything is asked of the system after the load."""
        return bool(self.checks or self.metrics or self.collect)

    def shares(self) -> tuple[Share, ...]:
        """The classes of users with the operations that they will run, those of weight 0 left out."""
        return tuple(
            Share(
                user, weight, tuple(o for o in user.operations() if o.weight and o.name not in self.without)
            )
            for user, weight in self.users.items()
        )

    def most_users(self) -> int | None:
        """How many users there can be in a round; None: any. Raises ConfigurationError."""
        return min((most for user in self.users if (most := user.most_users()) is not None), default=None)

    def operation_names(self) -> tuple[str, ...]:
        """Names of all operations of all users, nested ones included, in order, without repeats."""
        names = (o.name for user in self.users for o in user.operations() if o.name not in self.without)
        return tuple(dict.fromkeys(names))

    def think_times(self) -> dict[str, float]:
        """Seconds of thought after each operation that a closed loop starts, on average over its users."""
        if not isinstance(self.loop, ClosedLoop):
            return {}
        sums: dict[str, list[float]] = {}
        for share in self.shares():
            whole = sum(operation.weight for operation in share.operations)
            for one in share.operations:
                weight = share.weight * one.weight / whole
                known = sums.setdefault(one.name, [0.0, 0.0])
                known[0] += weight * (self.loop.mean_think if one.think is None else one.think)
                known[1] += weight
        return {name: total / weight for name, (total, weight) in sums.items()}

    def plain_parameters(self) -> dict[str, Any]:
        """Parameters of the system and of the workload, as documents hold them: without secrets."""
        given = {**self.system.parameters, **self.parameters}
        return {name: shown_parameter(name, value) for name, value in given.items()}

    def hide_secrets(self) -> None:
        """Have what the system, its helpers and the workload are given, and is a secret, taken out of texts
        in this process.
        """
        self.plain_parameters()  # which does so
        for system in (self.system, *self.beside.values()):
            system.hide_secrets()

    def all_tags(self) -> frozenset[str]:
        """Tags of the workload and of its operations, and the first part of its name."""
        own = {tag for user in self.users for o in user.operations() for tag in o.tags}
        return self.tags | own | {self.name.partition("/")[0]}

    def metric(self, name: str) -> Metric | None:
        """The metric called `name`, this workload's own or a standard one; None if there is none.

        Nor is there a `name@operation` without the operation, but of what `collect` finds we can't know, or
        `good` without limits.
        """
        if name in OF_FAULTS and not self.faults:
            return None
        operation = name.partition("@")[2]
        known = {"", "connect", *self.beside, *(o.name for user in self.users for o in user.operations())}
        found = find(name, self.metrics) if operation in known or self.collect else None
        if found is STANDARD["good"] and not self.good:
            return None
        return found or self._observed(name)

    def _observed(self, name: str) -> Metric | None:
        """Whatever `observe` finds; of what has a threshold, and nothing else said of it, less is better."""
        metric = observed_metric(name) if self.observe else None
        if metric is not None and any(threshold.metric == name for threshold in self.thresholds):
            return replace(metric, better="lower")
        return metric

    def _classes(self) -> list[type[User]]:
        """Those of `users` that are classes of users."""
        return [user for user in self.users if isinstance(user, type) and issubclass(user, User)]

    def _wrong(self) -> Iterable[str]:
        if not self.name or any(sign.isspace() or not sign.isprintable() for sign in self.name):
            yield "a name like shop/browse is needed, without spaces"
        if not self.users:
            yield "at least one User class is needed"
        users: Mapping[Any, float] = self.users  # whatever it is that we were given
        for user, weight in users.items():
            if not (isinstance(user, type) and issubclass(user, User)):
                yield f"{user!r} is not a subclass of User"
                continue
            if weight <= 0:
                yield f"the share of {user.__name__} must be above 0"
            for taken in (o.name for o in user.operations() if hasattr(User, o.name)):
                yield f"operation {user.__name__}.{taken} hides User.{taken}; give it another name"
            if not any(o.weight for o in user.operations()):
                yield f"{user.__name__} has no @operation that the loop could start"
            if not isinstance(self.system, Component):
                for plain in (o.name for o in user.operations() if not o.is_async):
                    yield (
                        f"operation {user.__name__}.{plain} must be async: a plain function would make "
                        "all users wait for one another (plain ones are for a Component)"
                    )
        if self.beside and isinstance(self.system, Component):
            yield "beside= is for a Server, a Command or a Remote: nobody tells a Component of its helpers"
        if self.observe and isinstance(self.system, Component):
            yield "observe= reads from outside: what a Component says of itself is for metrics= to read"
        if SYSTEM in self.beside:
            yield f"a helper can't be called {SYSTEM!r}"
        timeline = [at for at in self.faults if isinstance(at, At)]
        if len(timeline) < len(self.faults):
            yield 'faults= takes when and what: At("5s", Partition("system", "3s"))'
        yield from contradictions(timeline)
        yield from beyond(timeline, self.loop)
        yield from unmet(timeline, self.system, self.beside)
        read = [m.name for m in self.metrics if m.read is None]
        for name in dict.fromkeys(name for name in read if not (self.observe and name.startswith(OBSERVED))):
            yield f"metric {name} needs read=, a function of (system, kept, recording)"
        for threshold in self.thresholds:
            metric = self.metric(threshold.metric)
            if metric is None:
                unlimited = threshold.metric.partition("@")[0] == "good" and not self.good
                more = "; say with good= what a good operation holds" if unlimited else ""
                yield f"threshold on unknown metric {threshold.metric!r}{more}"
                continue
            try:
                threshold.limits(metric)
            except ConfigurationError as error:
                yield from str(error).splitlines()
