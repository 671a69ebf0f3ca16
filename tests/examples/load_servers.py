"""Servers of all kinds with one little application, under load."""

import importlib.util

from suite import Command, User, Workload, closed_loop, operation
from suite.clients import Http

SERVERS = {
    "gunicorn": "gunicorn -b 127.0.0.1:{port} -w 2 served:wsgi",
    "gunicorn-threads": "gunicorn -b 127.0.0.1:{port} -w 1 --threads 4 served:wsgi",
    "uvicorn-workers": "uvicorn --port {port} --workers 2 served:asgi",
    "uvicorn-reload": "uvicorn --port {port} --reload served:asgi",
    "hypercorn": "hypercorn -b 127.0.0.1:{port} -w 2 served:asgi",
    "flask": "flask --app served_flask run --port {port}",
    "django": "{python} served_django.py runserver 127.0.0.1:{port}",
}
THERE = [name for name in SERVERS if importlib.util.find_spec(name.partition("-")[0])]


class Visitor(User):
    """Asks for a page again and again."""

    path = "/"

    async def connect(self, system):
        self.http = await Http.connect(system.url)

    @operation
    async def ask(self):
        await self.http.get(self.path, expect=200)


class Leaker(Visitor):
    """Asks for the one that is kept."""

    path = "/leak"


def workload(name, user, **loop):
    """A server that some users visit."""
    kind = "leaky" if user is Leaker else "long" if "seconds" in loop else "clean"
    return Workload(f"{name}/{kind}", Command(SERVERS[name], ready="/"), user, loop=closed_loop(4, **loop))


clean = [workload(name, Visitor, operations=400) for name in THERE]
leaky = [workload(name, Leaker, operations=400) for name in THERE]
long = [workload(name, Visitor, seconds=60) for name in THERE]
