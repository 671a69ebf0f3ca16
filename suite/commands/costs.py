"""`suite costs`: what one operation takes, counted and not timed."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from suite.commands import options
from suite.commands.option_groups import Where
from suite.errors import Faults

EPILOG = """
\b
Examples:
  suite costs load_shop.py
  suite costs load_shop.py -k browse --operations 200
  suite costs api/user dicom/receive --json costs.json
  suite costs load_shop.py --by-operation       of browse and buy, not of their mix alone
  suite costs load_shop.py --beside             of the helpers in beside= too
  suite costs load_shop.py --no-instructions    in seconds, and without valgrind
  suite costs load_shop.py --metric cost.statements

\b
One user runs fixed operations from a fixed seed, window by window, until windows agree.
The system is started anew for each way to count. No quiet machine is needed: what is
counted does not depend on how fast it runs. Instructions and system calls are counted
by valgrind, a package of your system, which runs the system some fifty times slower;
calls, allocations and SQL statements in each Python process of it, by function and line.

\b
Exit codes:
  0  counted; doubts are notes                3  operations failed: it can't be believed
  2  usage, configuration, results folder     4  the system would not start or died
                                         129, 130, 143  interrupted
"""


def command(
    targets: Annotated[
        list[str], typer.Argument(metavar="WORKLOAD", help="Workloads, systems or load files.")
    ],
    match: options.Match = None,
    operations: Annotated[int, typer.Option(metavar="N", min=1, help="Operations in a window.")] = 100,
    instructions: Annotated[
        bool, typer.Option("--instructions/--no-instructions", help="Count under valgrind too.")
    ] = True,
    kinds: Annotated[
        bool, typer.Option("--by-operation", help="Each operation of a mix by itself too.")
    ] = False,
    beside: Annotated[
        bool, typer.Option("--beside", help="What helpers take too, under their own names.")
    ] = False,
    metrics: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="NAME", help="Only this, and what is counted with it; repeat it."),
    ] = None,
    users: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Virtual users. [one of each class]")
    ] = None,
    values: options.Values = None,
    seed: options.Seed = None,
    json_file: options.JsonFile = None,
    *,
    where: Where,
) -> None:
    """Count what one operation takes: instructions, allocations, SQL statements."""
    faults = Faults()
    given = options.layer(faults, values, users=users, seed=seed)
    configuration, plans = options.read_plans(
        faults, given, targets, filters=options.like(match), config=where.config, json_file=json_file
    )

    from suite.commands.kept import kept
    from suite.compare.bills import check_costs
    from suite.costs.cost_settings import CostSettings
    from suite.costs.session import count_costs
    from suite.errors import SystemFailed, WorkerFailed

    check_costs(metrics or (), {})
    how = CostSettings(operations, instructions, kinds, beside, tuple(metrics or ()))
    with kept("costs", json_file, where, configuration) as out:
        for found, settings in out.each(plans.runs):
            measure = partial(
                count_costs,
                found.workload,
                settings,
                how,
                reference=found.reference,
                progress=out.reporter,
                keeper=out.journal,
            )
            bill = out.search(measure, found.workload.name, SystemFailed, WorkerFailed)
            if bill is not None:
                with out.part():
                    out.keep(bill, bill.exit_code, partial(out.reporter.print_costs, bill, bill.exit_code))
        code = out.code()
        out.end(code)
    raise typer.Exit(code)
