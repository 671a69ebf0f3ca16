"""Running a workload for its floors: numbers that can't be believed neither pass nor fail."""

import pytest

from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.report.reasons import all_words


def measured(workload, *, rounds=1, **changes):
    """The Run of `workload`, all of its checks and critical thresholds held. Skips if it is invalid."""
    result = run(workload, Settings(rounds=rounds, **changes))
    broken = [f"{check.name}: {check.detail}" for check in result.checks if not check.passed]
    assert not broken, "; ".join(broken)
    assert result.error is None, result.error
    if result.validity.verdict == "invalid":
        pytest.skip(all_words(result.validity.reasons))
    missed = [j for j in result.thresholds if j.level == "critical" and not j.passed]
    assert not missed, missed
    assert result.exit_code == 0
    return result


def value(result, metric):
    """The Run's value of `metric`, which must be there."""
    found = result.metrics[metric]
    assert found.value is not None, f"{metric}: {found.note}"
    return found.value


def skip_if_shared(result):
    """Skip where others took a tenth of a core, or the hypervisor a fiftieth: who could foretell the rest."""
    for found in filter(None, result.evidence):
        waited = (found.workers_delay or 0.0) + (found.system_delay or 0.0)
        stolen = (found.steal or 0.0) / found.wall
        if (found.others or 0.0) > 0.1 or stolen > 0.02:
            pytest.skip(
                f"the machine was shared: others used {found.others or 0.0:.2f} cores, the hypervisor "
                f"{stolen:.2f}, and we waited {waited:.2f} s in {found.wall:.0f} s for a core"
            )
