"""`suite faults`: a proxy before anything, steered by hand."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from suite.errors import ConfigurationError, Faults, Interrupted
from suite.units import parse

EPILOG = """
\b
Examples:
  suite faults 127.0.0.1:5432 --listen 6000                        then type faults, one a line
  suite faults 127.0.0.1:5432 --listen 6000 "latency delay=100ms jitter=20ms"
  suite faults http://127.0.0.1:8000 "at 5s partition 3s" "at 20s reset 1s share=10%"
  echo "reset first=3" | suite faults 127.0.0.1:8000 --listen 6000 --seconds 20

\b
A fault is [at TIME] KIND [LASTING] [SETTING=VALUE ...]; without LASTING it stays. Kinds:
bandwidth, blackhole, latency, loss, partition, reset, slice, slowclose, timeout. Settings are
those of suite.faults, way=to or from, share=, first= or every= so many HTTP requests, ramp=.
"end" ends those that are on.
"""


def command(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="Where it leads: host:port, or a URL.")],
    faults: Annotated[
        list[str] | None, typer.Argument(metavar="FAULT...", help="What fails, and when. [as typed]")
    ] = None,
    listen: Annotated[
        int,
        typer.Option(
            metavar="PORT", min=0, max=65535, show_default=False, help="The port to listen on. [a free one]"
        ),
    ] = 0,
    seconds: Annotated[str | None, typer.Option(metavar="TIME", help="End after so long. [Ctrl-C]")] = None,
) -> None:
    """Put a proxy before anything, and let it fail by hand."""
    from suite.contract.remote import Remote
    from suite.faults.by_hand import Telling, run_by_hand
    from suite.report.terminal.by_hand import print_change, print_listening
    from suite.report.terminal.console import make_console

    length: float | None = None
    wrong = Faults()
    with wrong.collected("--seconds: "):
        length = None if seconds is None else parse(seconds, "s")
        if length is not None and length <= 0:
            raise ConfigurationError("a time above 0 is wanted")
    wrong.check()
    place = Remote(target).target
    console, complaints = make_console(), make_console(stderr=True)
    telling = Telling(
        lambda port, answers: print_listening(console, port, place, answers=answers),
        lambda moment, running: print_change(console, moment, running),
        complaints.print,
    )
    try:
        run_by_hand(
            (place.host, place.port), listen, faults or [], sys.stdin, seconds=length, telling=telling
        )
    except Interrupted as error:
        error.told = True  # it is how this command ends
        raise
