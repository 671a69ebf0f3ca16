"""Systems that are looked into: their processes have to be ours."""

from __future__ import annotations

from suite.contract.remote import Remote
from suite.contract.workload import Workload
from suite.errors import ConfigurationError


def ours(workload: Workload, what: str) -> Workload:
    """The same, if `what` is looked for can be read: in processes that we start.

    Raises ConfigurationError, also for all else that can be seen to be wrong with them.
    """
    if isinstance(workload.system, Remote):
        raise ConfigurationError(
            f"{workload.name} runs elsewhere: {what} can't be read from here; leave --target out"
        )
    for system in (workload.system, *workload.beside.values()):
        system.check()
    return workload
