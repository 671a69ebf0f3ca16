"""`suite gate`: whether what CI measured regressed."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import typer

from suite.commands import options
from suite.commands.option_groups import ComparedBy, Where
from suite.errors import Faults

EPILOG = """
\b
Examples:
  suite gate                                  HEAD's runs against main, as configured
  suite gate --base v1.2 --metric throughput --allow throughput=10%
  suite gate --markdown summary.md --on-inconclusive warn
  suite gate --confirm                        a regression counts if turns show it too

\b
In pyproject.toml (in loadledger.toml without tool.loadledger.):
  [tool.loadledger.gate]
  base = "main"
  metrics = ["response.p99", "time_per_operation"]
  minimum = {"response.p99" = "10%"}
  on_inconclusive = "fail"
  workloads."shop/browse".metrics = ["response.p50"]

\b
With --confirm the metrics that regressed, and no others, are measured again: base and head
in turns, as suite ab does, of workloads in load files here or installed. What turns don't
show is no regression.

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
    allow: options.Allow = None,
    on_inconclusive: Annotated[
        str | None, typer.Option(metavar="fail|warn", help="warn turns exit code 3 into 0. [fail]")
    ] = None,
    annotations: Annotated[
        bool | None,
        typer.Option("--annotations/--no-annotations", show_default=False, help="As GitHub reads them."),
    ] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Measure what regressed again, in turns, before it counts.")
    ] = False,
    budget: Annotated[list[str] | None, typer.Option("--budget", hidden=True)] = None,
    *,
    judged: ComparedBy,
    where: Where,
) -> None:
    """For CI: judge the runs of HEAD against a base, and fail if they regressed."""
    from suite.config.checked import fail_or_warn
    from suite.config.file import Configuration
    from suite.config.gate import Budget

    configuration = Configuration()
    given = Budget()
    doubt: Literal["fail", "warn"] | None = None
    faults = Faults()
    with faults.collected():
        configuration = where.configuration()
    now = "--metric METRIC and --allow METRIC=SIZE"
    metrics = list(judged.metrics or ())
    for text in options.renamed("--budget METRIC[=SIZE]", now, budget, []):
        metrics.append(text.partition("=")[0])
        allow = [*(allow or ()), text] if "=" in text else allow
    with faults.collected():
        given = Budget(tuple(dict.fromkeys(metrics)) if metrics else None, options.sizes(allow))
    with faults.collected("--on-inconclusive: "):
        doubt = None if on_inconclusive is None else fail_or_warn(on_inconclusive)
    faults.check()
    gate = replace(
        configuration.gate,
        base=base or configuration.gate.base,
        on_inconclusive=doubt or configuration.gate.on_inconclusive,
    )

    from suite.ab.calibration_store import caught
    from suite.commands.brought_in import bring_in_first
    from suite.commands.confirming import confirmed_in_turns
    from suite.commands.output import output
    from suite.commands.pull_request import tell_pull_request
    from suite.compare.primary import gate_metrics
    from suite.compare.revisions import ComparisonRequest, judge_revision
    from suite.report.compared import compare_document
    from suite.report.documents.markdown import markdown
    from suite.report.terminal.calibration import promise
    from suite.report.terminal.compare import print_compared
    from suite.report.verdict import overall

    places = where.places(configuration)
    bring_in_first(places)
    wanted = ComparisonRequest(
        lambda workload: gate.budget(workload).under(given), judged.names(), judged.anywhere, gate_metrics
    )
    kept = ("ab", places.folder / "ab") if confirm else ()
    with output(judged.json_file, *kept, markdown=judged.markdown_file) as out:
        compared, enough = judge_revision(places.ledger, gate.base, head, wanted)
        if confirm:
            compared = confirmed_in_turns(out, compared, configuration, wanted.budget, places.folder)
        alone = len(compared.comparisons) > 1
        promises = {
            one.workload: promise(caught(places.folder, enough[one.workload], one, "gate"), alone=alone)
            for one in compared.comparisons
            if one.workload in enough
        }
        code = overall([compared.conclusion.exit_code], on_invalid=gate.on_inconclusive)
        print_compared(out.console, compared, code, quantiles=judged.quantiles, promises=promises)
        out.deliver(compare_document(compared, exit_code=code))
        text = markdown(compared, title="Load gate")
        out.deliver_text(text, judged.markdown_file)
        tell_pull_request(
            out.console,
            compared,
            text,
            files=configuration.files,
            warn=gate.on_inconclusive == "warn",
            annotate=annotations,
        )
    raise typer.Exit(code)
