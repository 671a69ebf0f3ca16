"""`suite gate`: whether what CI measured regressed."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Annotated, Literal

import typer

from suite.commands.options import (
    Allow,
    Anywhere,
    ConfigFile,
    JsonFile,
    LedgerPlace,
    Markdown,
    Match,
    Metrics,
    OldMatch,
    Quantiles,
    Results,
    renamed,
    sizes,
)
from suite.errors import Faults

EPILOG = """
\b
Examples:
  suite gate                                  HEAD's runs against main, as configured
  suite gate --base v1.2 --metric throughput --allow throughput=10%
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
    metrics: Metrics = None,
    allow: Allow = None,
    match: Match = None,
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
    workloads: OldMatch = None,
    budget: Annotated[list[str] | None, typer.Option("--budget", hidden=True)] = None,
) -> None:
    """For CI: judge the runs of HEAD against a base, and fail if they regressed."""
    from suite.config.checked import fail_or_warn
    from suite.config.file import Configuration, read_configuration
    from suite.config.gate import Budget

    configuration = Configuration()
    given = Budget()
    doubt: Literal["fail", "warn"] | None = None
    faults = Faults()
    with faults.collected():
        configuration = read_configuration(config)
    now = "--metric METRIC and --allow METRIC=SIZE"
    for text in renamed("--budget METRIC[=SIZE]", now, budget, []):
        metrics = [*(metrics or ()), text.partition("=")[0]]
        allow = [*(allow or ()), text] if "=" in text else allow
    with faults.collected():
        given = Budget(tuple(dict.fromkeys(metrics)) if metrics else None, sizes(allow))
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
            lambda workload: gate.budget(workload).under(given),
            tuple(renamed("--workload", "-k", workloads, match or [])),
            anywhere,
            gate_metrics,
        ),
        Outputs(json_file, markdown_file, quantiles),
        annotate=annotations if annotations is not None else bool(os.environ.get("GITHUB_ACTIONS")),
        summary=os.environ.get("GITHUB_STEP_SUMMARY"),
    )
    raise typer.Exit(code)
