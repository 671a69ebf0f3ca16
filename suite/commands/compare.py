"""`suite compare` and `suite gate`: their options, made into what is wanted of whom."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

import typer

from suite.commands.options import ConfigFile, JsonFile, LedgerPlace, Results
from suite.errors import ConfigurationError, Faults

COMPARE_EPILOG = """
\b
Examples:
  suite compare main                     the newest runs against those of main
  suite compare HEAD~1 HEAD -k browse    two commits, some workloads
  suite compare v1.2 --metric response.p99 --quantiles
  suite compare 4c1d9a 77b0e2            two runs by their ids
  suite compare old.json new.json --markdown -

\b
A side is a commit, a run's id, or a document of suite run --json. A verdict needs 8 runs
of base, or of commits before it, on the same machine; with fewer use suite ab.

\b
Exit codes:
  0  same or better        2  usage, configuration, results folder
  1  a regression          3  inconclusive, or the runs must not be compared
"""

GATE_EPILOG = """
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

_Head = Annotated[
    str | None, typer.Argument(metavar="HEAD", show_default=False, help="The other side. [the newest runs]")
]
_Names = Annotated[
    list[str] | None,
    typer.Option("--workload", "-k", metavar="TEXT", help="Only workloads whose name has TEXT; repeatable."),
]
_Anywhere = Annotated[
    bool, typer.Option("--anywhere", help="Compare other hardware and another load all the same.")
]
_Markdown = Annotated[
    str | None, typer.Option("--markdown", metavar="FILE", help="Write Markdown; - for stdout.")
]
_Quantiles = Annotated[
    bool, typer.Option("--quantiles", help="Show where latency moved of workloads that did not change too.")
]


def compare_command(
    base: Annotated[str, typer.Argument(metavar="BASE", help="A commit, a run's id, or a .json document.")],
    head: _Head = None,
    workloads: _Names = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="NAME", help="Compare this metric; repeat it for more."),
    ] = None,
    anywhere: _Anywhere = False,
    quantiles: _Quantiles = False,
    json_file: JsonFile = None,
    markdown_file: _Markdown = None,
    ledger: LedgerPlace = None,
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """Compare two commits, runs or result documents: what changed, and what only seems to."""
    from suite.commands.comparing import Outputs, Wanted, compare_sides
    from suite.config.file import Budget, read_configuration

    configuration = read_configuration(config)
    budget = Budget(tuple(metrics) if metrics else None)
    wanted = Wanted(lambda _: budget, tuple(workloads or ()), anywhere)
    outputs = Outputs(json_file, markdown_file, quantiles)
    place = configuration.places(results, ledger).ledger
    raise typer.Exit(compare_sides(place, base, head, wanted, outputs))


def gate_command(
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
    workloads: _Names = None,
    anywhere: _Anywhere = False,
    on_inconclusive: Annotated[
        str | None, typer.Option(metavar="fail|warn", help="warn turns exit code 3 into 0. [fail]")
    ] = None,
    annotations: Annotated[
        bool | None,
        typer.Option("--annotations/--no-annotations", show_default=False, help="As GitHub reads them."),
    ] = None,
    quantiles: _Quantiles = False,
    json_file: JsonFile = None,
    markdown_file: _Markdown = None,
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
