"""Our workloads for Locust: `globals().update(users("shop/browse"))` makes a locustfile of them.

Importing this patches the whole process, as Locust does: it is for locustfiles alone.
"""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gevent
from locust import argument_parser, events

from suite.integrations._locust.roles import Roles
from suite.integrations._locust.stand_ins import stand_ins
from suite.integrations._locust.waiting import tell_of_waiting

if TYPE_CHECKING:
    from locust import User

__all__ = ["around", "users"]


def _say_yes(parser: Any, **_: Any) -> None:
    parser.add_argument(
        "--yes", action="store_true", include_in_web_ui=False, help="Load another machine without asking."
    )


events.init_command_line_parser.add_listener(_say_yes)  # type: ignore[no-untyped-call]


def users(*targets: str) -> dict[str, type[User]]:
    """A class of Locust's users for each class of users of the workloads that `targets` name.

    They are workloads, systems or load files, as for `suite run`. Ends the process where there is none.
    """
    workloads = _described(*targets)
    roles = Roles(workloads)
    gevent.spawn(tell_of_waiting)
    roles.listen(events)
    return dict(stand_ins(workloads, roles.changed))


def around(locustfile: str, target: str | None = None) -> None:
    """Keep what the users of an existing locustfile do as a Run.

    The system of the workload `target` is started for it and measured, unless Locust is told a host.
    """
    found = _described(*([] if target is None else [target]), locustfile=locustfile)
    described = found[0] if found else {"target": None, "component": False}
    path = Path(locustfile)
    own = {
        "name": f"locust/{path.stem}",
        "locustfile": True,
        "open": False,
        "unseen": [],
        "digest": hashlib.sha256(path.read_bytes()).hexdigest(),
        "users": [],
        "most_users": None,
        "metrics": [],
        "checks": [],
    }
    gevent.spawn(tell_of_waiting)
    Roles([{**described, **own}], locustfile=True).listen(events)


def _described(*targets: str, locustfile: str | None = None) -> list[dict[str, Any]]:
    known, _ = argument_parser.get_parser().parse_known_args()
    role = "worker" if known.worker else "keeper"
    told_locust = {"host": known.host, "users": known.num_users, "seconds": known.run_time, "yes": known.yes}
    options = json.dumps({**told_locust, "locustfile": locustfile})
    try:
        told = subprocess.run(
            [sys.executable, "-P", "-m", "suite.integrations._locust.describe", role, options, *targets],
            stdout=subprocess.PIPE,
            check=False,
        )
    except KeyboardInterrupt:  # Locust would tell it with a traceback, as it does of a locustfile
        sys.exit(128 + signal.SIGINT)
    if told.returncode:
        sys.exit(told.returncode)
    workloads: list[dict[str, Any]] = json.loads(told.stdout)
    return workloads
