"""`python -m support.locust_messages CASES`: any messages to the controls of Locust's master and of a worker.

A process of its own, for Locust patches all there is. It prints how many were refused, and ends with the
first that raises.
"""

import json
import logging
import random
import sys
from types import SimpleNamespace
from typing import Any

import gevent
from locust.argument_parser import get_parser
from locust.env import Environment
from locust.rpc import Message
from support.fuzzing import mutated_data

from suite.integrations._locust.collection import Collection
from suite.integrations._locust.master_control import MasterControl
from suite.integrations._locust.message import LOG
from suite.integrations._locust.worker_control import WorkerControl
from suite.measure.tally import Tally

NAME, WORKER, TEST = "a/b", "worker-1", 1
WORKLOAD = {
    "name": NAME, "target": NAME, "component": False, "open": True, "digest": "ab", "most_users": 9,
    "unseen": [], "metrics": [], "checks": [], "users": [{"name": "Visitor", "operations": []}],
}  # fmt: skip
DELTA = {"tally": Tally().pack(), "since": 100.0, "until": 110.0, "had_users": True, "share": {"index": 0}}
TO_MASTER = {
    "loadledger-hello": {"digests": {NAME: "ab"}, "machine": "here"},
    "loadledger-clock": {"asked": 1.5},
    "loadledger-ask": {},
    "loadledger-ready": {"test": TEST, "offset": 0.5},
    "loadledger-numbers": {"workload": NAME, "count": 3},
    "loadledger-fault": {"workload": NAME, "text": "it fell", "code": 3},
    "loadledger-over": {"at": 100.0},
    "loadledger-failing": {"workload": NAME, "text": "it fails"},
    "stats": {"loadledger": {"test": TEST, "workloads": {NAME: DELTA}}},
}
ELSEWHERE = {"elsewhere/c": {"host": "http://there", "without": ["x"], "prepared": []}}
TO_WORKER = {
    "loadledger-refused": {"why": "another load file"},
    "loadledger-clock": {"asked": 1.5, "told": 2.5},
    "loadledger-start": {"test": TEST, "workloads": ELSEWHERE, "cores": [0]},
    "loadledger-numbers": {"workload": NAME, "ranges": [[0, 3]]},
    "loadledger-plan": {
        "workload": NAME, "start": 10.0, "since": 11.0, "members": 2, "mine": 1, "seconds": 5.0,
    },
    "loadledger-finish": {},
}  # fmt: skip


class Runner:
    """What controls do with one of Locust's: messages have to be such as it can send."""

    user_count = 0
    state = "ready"

    def __init__(self):
        self.clients = {WORKER: SimpleNamespace(state="running")}
        self.heard = {}

    def register_message(self, kind, listener, concurrent=False):
        self.heard[kind] = listener

    def send_message(self, kind, data=None, client_id=None):
        Message(kind, data, client_id).serialize()

    def _send_stats(self):
        pass

    stop = quit = _send_stats


class Lines(logging.Handler):
    """How many lines were of messages that can't be read; others of the kinds that there are."""

    def __init__(self):
        super().__init__()
        self.refused = 0
        self.said = set()

    def emit(self, record):
        line = record.getMessage()
        self.refused += "can't be read" in line
        if len(self.said) < 1000:
            self.said.add(line)


def started(control, *options):
    environment: Any = Environment()
    environment.parsed_options = get_parser().parse_args(["--headless", *options])
    environment.runner = Runner()
    found = control([WORKLOAD], environment)
    found.listen()
    return found


def at_a_test(master):
    """As if a test had begun of which the worker is part."""
    master._test = TEST
    master._taking_part = {WORKER: 1.0}
    master._orders = {NAME: ELSEWHERE["elsewhere/c"]}
    master.collections = {NAME: Collection()}
    return master


def main(cases):
    LOG.propagate = False
    LOG.addHandler(lines := Lines())
    master, worker = started(MasterControl), started(WorkerControl, "--worker")
    chance = random.Random(12)
    heard = {**master.runner.heard, "stats": lambda msg: master._report(msg.node_id, msg.data)}
    for number in range(cases):
        told, listeners = (TO_MASTER, heard) if chance.randrange(3) else (TO_WORKER, worker.runner.heard)
        kind = chance.choice([*told])
        data = mutated_data({"data": told[kind]}, chance).get("data")
        if kind == "stats" and not isinstance(data, dict):
            continue  # Locust's own
        at_a_test(master)
        try:
            listeners[kind](msg=Message(kind, data, WORKER))
        except Exception as error:
            raise AssertionError(f"case {number}: {kind} {data!r}") from error
        gevent.sleep(0)  # what it has started
    assert all(one.isprintable() for one in lines.said)
    sys.stdout.write(json.dumps({"refused": lines.refused}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
