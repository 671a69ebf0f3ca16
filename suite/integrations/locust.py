"""Our workloads for Locust: `globals().update(users("shop/browse"))` makes a locustfile of them.

Importing this patches the whole process, as Locust does: it is for locustfiles alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from locust import events

from suite.integrations._locust.control import Control
from suite.integrations._locust.stand_ins import stand_ins

if TYPE_CHECKING:
    from locust import User

__all__ = ["users"]


def users(*targets: str) -> dict[str, type[User]]:
    """A class of Locust's users for each class of users of the workloads that `targets` name.

    They are workloads, systems or load files, as for `suite run`. Ends the process where there is none.
    """
    told = subprocess.run(
        [sys.executable, "-P", "-m", "suite.integrations._locust.describe", *targets],
        stdout=subprocess.PIPE,
        check=False,
    )
    if told.returncode:
        sys.exit(told.returncode)
    workloads = json.loads(told.stdout)
    control = Control(workloads)
    control.listen(events)
    return dict(stand_ins(workloads, control.changed))
