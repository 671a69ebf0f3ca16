"""What workloads would run with, and where each value comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from suite.config.ledger_url import shown_place
from suite.config.paths import Places
from suite.config.setting_origin import SettingOrigin
from suite.foreign_text import clean
from suite.report.terminal.table import PlainTable
from suite.report.words import FAINT


def print_origins(
    console: Console, source: str, places: Places, workloads: Mapping[str, Sequence[SettingOrigin]]
) -> None:
    """The configuration file's name, where results go, and of each workload a table."""
    for name, value in (
        ("configuration", source),
        ("results", str(places.folder)),
        ("ledger", shown_place(str(places.ledger))),
    ):
        console.print(Text.assemble((f"{name}  ", FAINT), clean(value)), soft_wrap=True)
    for workload, found in workloads.items():
        table = PlainTable()
        for title in ("setting", "value", "from"):
            table.add_column(title, overflow="fold")
        for one in found:
            table.add_row(one.name, str(one.value), one.source)
        console.print(Text.assemble("\n", (clean(workload), "bold")))
        console.print(Padding(table, (0, 0, 0, 2), expand=False))
