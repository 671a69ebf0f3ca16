"""A locustfile as people have it: tasks, tags, a wait time, on Locust's own cheap client."""

import os
import sys

from locust import FastHttpUser, constant, events, tag, task

HEARD = []


@events.request.add_listener
def heard(name, **_):
    HEARD.append(name)


@events.quitting.add_listener
def told(**_):
    sys.stdout.write(f"HEARD {len(HEARD)}\n")


class Visitor(FastHttpUser):
    wait_time = constant(float(os.environ.get("PAUSE", "0.005")))

    @tag("read")
    @task(4)
    def items(self):
        self.client.get("/items")

    @tag("broken")
    @task
    def gone(self):
        self.client.get("/gone")
