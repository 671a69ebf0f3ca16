"""Which command serves an app, with the servers that its Python has."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from suite.errors import ConfigurationError

_ASYNC = ("fastapi", "starlette", "quart")


class Served(NamedTuple):
    """A command, the folder that it runs in, and the package that it needs."""

    command: str
    folder: str
    package: str


def served(app: Mapping[str, Any], servers: Collection[str], programs: str) -> Served:
    """The command for an `app` that was found. Raises ConfigurationError where no server is installed."""
    kind, place, factory = app["kind"], app["place"], app["factory"]
    target = f"{app['module']}:{app['name']}"
    if kind in _ASYNC:
        ways = [(name, target) for name in ("uvicorn", "hypercorn")]
    else:
        ways = [(name, target) for name in ("gunicorn", "waitress") if app["module"]]
    if app.get("asgi"):
        ways += [(name, f"{app['asgi']}:application") for name in ("uvicorn", "hypercorn")]
    for name, served_target in ways:
        if name in servers:
            command, folder = _COMMANDS[name](served_target, place, factory)
            return Served(_of(programs, folder) + command, folder, name)
    if kind == "django":
        python = f"{_of(programs, place)}python" if programs else "{python}"
        return Served(f"{python} manage.py runserver 127.0.0.1:{{port}} --noreload", place, "django")
    if kind == "flask":
        command = f"flask --app {_called(target, factory)} run --port {{port}}"
        return Served(_of(programs, place) + command, place, "flask")
    raise ConfigurationError(f"{target} needs a server that is not installed; run: pip install uvicorn")


def _uvicorn(target: str, place: str, factory: bool) -> tuple[str, str]:
    words = ["uvicorn", target, *(["--factory"] if factory else []), "--port {port}"]
    return " ".join([*words, *([f"--app-dir {shlex.quote(place)}"] if place else [])]), ""


def _hypercorn(target: str, place: str, factory: bool) -> tuple[str, str]:
    return f"hypercorn {_called(target, factory)} --bind 127.0.0.1:{{port}}", place


def _gunicorn(target: str, place: str, factory: bool) -> tuple[str, str]:
    words = f"gunicorn {_called(target, factory)} --bind 127.0.0.1:{{port}} --threads 4"
    return words + (f" --pythonpath {shlex.quote(place)}" if place else ""), ""


def _waitress(target: str, place: str, factory: bool) -> tuple[str, str]:
    return f"waitress-serve --listen=127.0.0.1:{{port}} {'--call ' * factory}{target}", place


_COMMANDS: Mapping[str, Callable[[str, str, bool], tuple[str, str]]] = {
    "uvicorn": _uvicorn, "hypercorn": _hypercorn, "gunicorn": _gunicorn, "waitress": _waitress,
}  # fmt: skip


def _called(target: str, factory: bool) -> str:
    return f"'{target}()'" if factory else target


def _of(programs: str, folder: str) -> str:
    """Where programs are, as seen from a folder of the project."""
    above = "../" * len([part for part in folder.split("/") if part])
    seen = programs if programs.startswith("/") or not programs else above + programs
    return shlex.quote(seen) if seen else ""
