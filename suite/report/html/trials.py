"""The sections of trials: faults, overloads; and of a calibration."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from suite.records.calibration import Calibration
from suite.records.overload import OverloadRecovery
from suite.records.resilience import Resilience
from suite.report.html.markup import bounded, lines, table
from suite.report.html.section import Section
from suite.report.terminal.overload import overload_setting, overloads_table
from suite.report.terminal.record import record_text
from suite.report.terminal.resilience import setting_line, trial_lines, trials_table

_LONGEST = 40_000


def resilience_sections(found: Resilience) -> Iterator[Section]:
    """A row per fault, and what the table has no room for."""
    yield Section("Faults, one after another", (lines([setting_line(found)]), table(trials_table(found))))
    yield Section("What came of them", (lines(trial_lines(found)),))


def recovery_sections(found: OverloadRecovery) -> Iterator[Section]:
    """A row per look."""
    yield Section(
        "Overloads, one after another", (lines([overload_setting(found)]), table(overloads_table(found)))
    )


def calibration_sections(found: Calibration) -> Iterator[Section]:
    """As its command prints it."""
    said = bounded(record_text(found), _LONGEST)
    yield Section("What would be noticed", (Markup('<div class="scroll"><pre>{}</pre></div>').format(said),))
