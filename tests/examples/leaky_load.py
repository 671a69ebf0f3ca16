"""Load on leaky.py, as a server and as a command: suite leaks leaky_load.py --set behaviour=python."""

from typing import Any

from leaky import leaky
from load_null import Asker

from suite import Command, Server, Workload, closed_loop

parameters: dict[str, Any] = {"behaviour": "clean", "size": 1_000, "children": "", "ttl": 2.0, "seed": 1}
options = " ".join(f"--{name}={{{name}}}" for name in parameters)

server = Workload("leaky/server", Server(leaky, **parameters), Asker, loop=closed_loop(4, operations=1_000))
command = Workload(
    "leaky/command",
    Command(f"{{python}} leaky.py --port={{port}} {options}", **parameters),
    Asker,
    loop=closed_loop(4, operations=1_000),
)
