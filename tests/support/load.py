"""Whether a machine was ours alone while it measured."""

import pytest


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
