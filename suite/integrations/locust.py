"""Our workloads for Locust: `globals().update(users("shop/browse"))` makes a locustfile of them.

Importing this patches the whole process, as Locust does: it is for locustfiles alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import gevent
from locust import events

from suite.integrations._locust.roles import Roles
from suite.integrations._locust.stand_ins import stand_ins
from suite.integrations._locust.waiting import tell_of_waiting

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
    roles = Roles(workloads)
    gevent.spawn(tell_of_waiting)
    roles.listen(events)
    return dict(stand_ins(workloads, roles.changed))
