"""`suite gate`: whether what CI measured regressed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

import typer

from suite.commands.options import (
    Anywhere,
    ConfigFile,
    JsonFile,
    LedgerPlace,
    Markdown,
    MatchAny,
    Quantiles,
    Results,
)
from suite.errors import ConfigurationError, Faults

EPILOG = """
\b
Examples:
  suite gate                                  HEAD's runs against main, as configured
  suite gate --base v1.2 --budget response.p99=10% --budget throughput
  suite gate --markdown summary.md --on-inconclusive warn

\b
In pyproject.toml (in loadledger.toml without tool.loadledger.):
  [tool.loadledger.gate]
  base = "main"
  metrics = ["response.p99", "time_per_operation"]
  minimum = {"response.p99" = "10%"}
  on_inconclusive = "fail"
  workloads."shop/browse".metrics = ["response.p50"]

\b
Under GitHub Actions it annotates and adds to the job's summary.

\b
Exit codes:
  0  no regression         2  usage, configuration, results folder, no runs to judge
  1  a regression          3  inconclusive, or the runs must not be compared
"""


def command(
    head: Annotated[
        str | None,
        typer.Argument(metavar="HEAD", show_default=False, help="What to judge. [git's HEAD]"),
    ] = None,
    base: Annotated[
        str | None, typer.Option(metavar="COMMIT", help="What to judge it against. [main]")
    ] = None,
    budget: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC[=SIZE]", help="Judge this metric, changes from SIZE on; repeat it for more."
        ),
    ] = None,
    workloads: MatchAny = None,
    anywhere: Anywhere = False,
    on_inconclusive: Annotated[
        str | None, typer.Option(metavar="fail|warn", help="warn turns exit code 3 into 0. [fail]")
    ] = None,
    annotations: Annotated[
        bool | None,
        typer.Option("--annotations/--no-annotations", show_default=False, help="As GitHub reads them."),
    ] = None,
    quantiles: Quantiles = False,
    json_file: JsonFile = None,
    markdown_file: Markdown = None,
    ledger: LedgerPlace = None,
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """For CI: judge the runs of HEAD against a base, and fail if they regressed."""
    from suite.config.file import Budget, Configuration, fail_or_warn, read_configuration

    configuration = Configuration()
    given: Budget | None = None
    doubt: Literal["fail", "warn"] | None = None
    faults = Faults()
    with faults.collected():
        configuration = read_configuration(config)
    with faults.collected():
        given = Budget(*_sizes(budget)) if budget else None
    with faults.collected("--on-inconclusive: "):
        doubt = None if on_inconclusive is None else fail_or_warn(on_inconclusive)
    faults.check()
    gate = replace(
        configuration.gate,
        base=base or configuration.gate.base,
        on_inconclusive=doubt or configuration.gate.on_inconclusive,
    )

    from suite.commands.comparing import Outputs, Wanted, gate_runs
    from suite.compare.primary import gate_metrics

    code = gate_runs(
        configuration.places(results, ledger),
        gate,
        head,
        Wanted(
            gate.budget if given is None else lambda _: given, tuple(workloads or ()), anywhere, gate_metrics
        ),
        Outputs(json_file, markdown_file, quantiles),
        annotate=annotations if annotations is not None else bool(os.environ.get("GITHUB_ACTIONS")),
        summary=os.environ.get("GITHUB_STEP_SUMMARY"),
    )
    raise typer.Exit(code)


def _sizes(texts: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str | float]]:
    """Metrics and their minimum effects of what `--budget` was given."""
    parts = [text.partition("=") for text in texts]
    faults = [
        text
        for text, (name, sign, size) in zip(texts, parts, strict=True)
        if not name.strip() or (sign and not size.strip())
    ]
    if faults:
        raise ConfigurationError.of(f"--budget {text}: write it as METRIC or METRIC=SIZE" for text in faults)
    names = tuple(dict.fromkeys(name.strip() for name, _, _ in parts))
    return names, {name.strip(): size.strip() for name, sign, size in parts if sign}
