"""Options that go together: a command takes a group as one parameter, Typer sees its fields."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from suite.commands import options
from suite.commands.completing import workloads
from suite.errors import ConfigurationError, Faults

if TYPE_CHECKING:
    from suite.config.catalog import CatalogEntry
    from suite.config.file import Configuration
    from suite.config.filters import Filters
    from suite.config.layer import SettingsLayer
    from suite.config.paths import Places
    from suite.config.selection import Plans
    from suite.config.settings import Settings
    from suite.ledger.timelines import Timelines


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of results, and the configuration."""

    results: options.Results = None
    config: options.ConfigFile = None

    def configuration(self) -> Configuration:
        """The configuration file's. Raises ConfigurationError."""
        from suite.config.file import read_configuration

        return read_configuration(self.config)

    def folder(self, configuration: Configuration) -> Path:
        """Where results are."""
        return self.results or Path(configuration.results)


@dataclass(frozen=True, slots=True)
class Where(Folder):
    """The folder of results, the ledger, and the configuration."""

    ledger: options.LedgerPlace = None

    def places(self, configuration: Configuration | None = None) -> Places:
        """Of results and ledger, as options and configuration say. Raises ConfigurationError."""
        return (configuration or self.configuration()).places(self.results, self.ledger)

    def again(self) -> dict[str, str]:
        """What was given of it, by option, for a command that is suggested. A URL, which may have a password,
        is not among it.
        """
        given = {"results": self.results, "config": self.config, "ledger": self.ledger}
        return {
            name: str(value) for name, value in given.items() if value is not None and "://" not in str(value)
        }


@dataclass(frozen=True, slots=True)
class Filtered:
    """Which workloads of those that are found."""

    match: options.Match = None
    tags: options.Tags = None
    exclude_tags: options.ExcludedTags = None
    categories: options.Categories = None
    skip_tests: options.SkippedTests = None

    def filters(self) -> Filters:
        """What leaves workloads out."""
        from suite.config.filters import Filters

        return Filters(
            self.match or (),
            self.tags or (),
            self.exclude_tags or (),
            options.listed(self.categories),
            options.listed(self.skip_tests),
        )


@dataclass(frozen=True, slots=True)
class SingleWorkload:
    """The one workload that a command is about, and what changes it."""

    target: Annotated[
        str,
        typer.Argument(
            metavar="WORKLOAD", help="A workload, or a load file with one.", autocompletion=workloads
        ),
    ]
    match: options.Match = None
    values: options.Values = None
    target_url: Annotated[
        str | None, typer.Option("--target", metavar="URL", help="Load this running system instead.")
    ] = None
    yes: options.Yes = False
    workers: options.Workers = None
    seed: options.Seed = None
    json_file: options.JsonFile = None

    def read(
        self, faults: Faults, config: Path | None, rate: str | None = None, **given: Any
    ) -> tuple[Configuration, CatalogEntry, Settings]:
        """The configuration, and the workload with the settings that it and what is `given` make.

        Raises ConfigurationError with all faults, those collected before first, and where it must not be
        loaded.
        """
        layer = options.layer(
            faults,
            self.values,
            rate=rate,
            target=self.target_url,
            workers=self.workers,
            seed=self.seed,
            **given,
        )
        configuration, plans = options.read_plans(
            faults,
            layer,
            [self.target],
            filters=options.like(self.match),
            config=config,
            json_file=self.json_file,
            single=True,
        )
        from suite.report.terminal.asking import confirm

        confirm(plans.runs, self.yes, searching=True)
        ((found, settings),) = plans.runs
        return configuration, found, settings


@dataclass(frozen=True, slots=True)
class PlainLimits:
    """What may be at most, of every workload."""

    max_response_time: Annotated[
        str | None, typer.Option(metavar="TIME", help="Critical level of the longest response, e.g. 2s.")
    ] = None
    max_error_rate: Annotated[
        str | None, typer.Option(metavar="SHARE", help="Critical level of failures, e.g. 1% or 0.01.")
    ] = None
    memory_threshold_mb: Annotated[
        str | None, typer.Option(metavar="MB", help="Critical level of the system's peak memory.")
    ] = None

    def thresholds(self, faults: Faults) -> Mapping[str, Mapping[str, float | None]]:
        """As a layer of settings has them; what is wrong with them goes to `faults`."""
        from suite.config.plain_names import limits

        try:
            return limits(asdict(self))
        except ConfigurationError as error:
            faults.lines += str(error).splitlines()
            return {}


@dataclass(frozen=True, slots=True)
class RunLoad:
    """Which workloads run, and with what load."""

    targets: options.Targets = None
    rounds: options.Rounds = None
    quick: Annotated[bool, typer.Option("--quick", help="One short round each.")] = False
    values: options.Values = None
    users: options.Users = None
    seconds: options.Seconds = None
    operations: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Operations in all (closed loop).")
    ] = None
    each: Annotated[
        int | None,
        typer.Option(
            "--each", "--requests-per-user", metavar="N", min=1, help="Operations of each user (closed loop)."
        ),
    ] = None
    rate: Annotated[
        str | None, typer.Option(metavar="RATE", help="Planned starts, e.g. 200/s (open loop).")
    ] = None
    target: options.Target = None
    workers: options.Workers = None
    seed: options.Seed = None

    def read(
        self, faults: Faults, which: Filtered, limits: PlainLimits, config: Path | None, json_file: str | None
    ) -> tuple[SettingsLayer, Configuration, Plans]:
        """What is given, the configuration, and the plans that both make; quick ones if nothing is chosen.

        Raises ConfigurationError with all faults, those collected before first.
        """
        filters = which.filters()
        given = options.layer(
            faults,
            self.values,
            self.seconds,
            self.rate,
            rounds=self.rounds,
            quick=self.quick or not (self.targets or filters) or None,
            users=self.users,
            operations=self.operations,
            each=self.each,
            target=self.target,
            workers=self.workers,
            seed=self.seed,
            thresholds=limits.thresholds(faults),
        )
        configuration, plans = options.read_plans(
            faults, given, self.targets or (), filters=filters, config=config, json_file=json_file, own=True
        )
        return given, configuration, plans


@dataclass(frozen=True, slots=True)
class ComparedBy:
    """What of two sides is compared, and how that is told."""

    match: options.Match = None
    metrics: options.Metrics = None
    anywhere: options.Anywhere = False
    quantiles: options.Quantiles = False
    json_file: options.JsonFile = None
    markdown_file: options.Markdown = None
    workloads: options.OldMatch = None

    def names(self) -> tuple[str, ...]:
        """Texts of which the name of a workload has one."""
        return tuple(options.renamed("--workload", "-k", self.workloads, self.match or []))


@dataclass(frozen=True, slots=True)
class WhichHistory:
    """Of which workload, on which branch and machine."""

    workload: options.OneWorkload = None
    match: options.Match = None
    branch: options.Branch = None
    machine: options.Machine = None

    def timelines(self, place: Path | str, *, anywhere: bool = False) -> Timelines:
        """The histories of the ledger at `place`, as far as they are wanted. Raises StoreError."""
        from suite.ledger.timelines import Timelines

        return Timelines(
            place, branch=self.branch, machine=self.machine, anywhere=anywhere, match=self.match or ()
        )


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """`command` as Typer wants it: a parameter that is a group of options gives way to its fields."""
    given = inspect.signature(command, eval_str=True).parameters
    groups: dict[str, type[Any]] = {
        name: one.annotation
        for name, one in given.items()
        if isinstance(one.annotation, type) and is_dataclass(one.annotation)
    }
    fields = {name: inspect.signature(group, eval_str=True).parameters for name, group in groups.items()}
    plain = [part for name, one in given.items() for part in fields.get(name, {name: one}).values()]

    @functools.wraps(command)
    def called(**values: Any) -> None:
        made = {
            name: group(**{field: values.pop(field) for field in fields[name]})
            for name, group in groups.items()
        }
        command(**values, **made)

    # By keyword only: what has no default may then come after what has one.
    plain = [part.replace(kind=inspect.Parameter.KEYWORD_ONLY) for part in plain]
    called.__signature__ = inspect.Signature(plain)  # type: ignore[attr-defined]
    called.__annotations__ = {part.name: part.annotation for part in plain}
    return called
