"""What there is to load in a project, seen by its own Python: run there, it imports what it is told.

It knows nothing of Loadledger, which that Python may lack. On stdin is what to look at, as JSON; the file
that its argument names gets what was found.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
import json
import os
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_APPS = {
    ("fastapi", "FastAPI"): "fastapi",
    ("starlette", "Starlette"): "starlette",
    ("quart", "Quart"): "quart",
    ("flask", "Flask"): "flask",
}
_FACTORIES = ("create_app", "make_app", "get_app", "build_app", "app_factory")
_SERVERS = ("uvicorn", "hypercorn", "gunicorn", "waitress")
_EXAMPLES = {
    int: "1", float: "1.0", str: "'example'", bytes: "b'example'", bool: "True", list: "[]", dict: "{}"
}  # fmt: skip


def look(asked: dict[str, Any]) -> dict[str, Any]:
    """All that was found of `asked`, and of what can't be imported why."""
    found: list[dict[str, Any]] = []
    faults: list[str] = []
    here = [*sys.path]
    for place, module, wanted in asked["modules"]:
        sys.path[:] = here
        try:
            needed, there = _imported(place, module)
            found += [{**app, "module": module, "place": needed} for app in _apps(there, wanted)]
        except BaseException as error:  # noqa: BLE001 - whatever their code does when it is imported
            faults.append(f"{module}: {_said(error)}")
        if found:
            break
    sys.path[:] = here
    for place, settings in asked["django"] if not found else ():
        try:
            found.append(_django(place, settings))
        except BaseException as error:  # noqa: BLE001
            faults.append(f"{settings}: {_said(error)}")
    for place, module, name in asked["classes"]:
        try:
            found.append(_component(place, module, name, call=asked["call"]))
        except BaseException as error:  # noqa: BLE001
            faults.append(f"{module}:{name}: {_said(error)}")
    servers = [name for name in _SERVERS if importlib.util.find_spec(name)]
    return {"found": found, "faults": faults, "servers": servers, "python": sys.executable}


def _imported(place: str, module: str) -> tuple[str, Any]:
    """A module, and the folder that had to be on the path for it: `place`, or "" if it is found without."""
    try:
        return "", importlib.import_module(module)
    except ModuleNotFoundError as error:
        if not place or (error.name or "") not in (module, module.partition(".")[0]):
            raise
    sys.path.insert(0, str(Path(place).resolve()))
    return place, importlib.import_module(module)


def _said(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _kind(value: Any) -> str:
    names = ((one.__module__.partition(".")[0], one.__name__) for one in type(value).__mro__)
    return next((_APPS[name] for name in names if name in _APPS), "")


def _apps(module: Any, wanted: str) -> list[dict[str, Any]]:
    """The apps in a module, the usual names first; one that is `wanted` may be what makes an app."""
    usual = ("app", "application", "api", "server", "main")
    names = sorted(vars(module), key=lambda name: (name not in usual, name))
    here = [name for name in names if _kind(vars(module)[name])]
    if wanted:
        here = [wanted] if hasattr(module, wanted) else []
    found = [_app(name, vars(module)[name], factory=False) for name in here if _kind(vars(module)[name])]
    for name in [wanted] if wanted and not found else () if found else _FACTORIES:
        make = getattr(module, name, None)
        if callable(make) and not _required(make) and _kind(app := make()):
            return [_app(name, app, factory=True)]
    return found


def _app(name: str, app: Any, *, factory: bool) -> dict[str, Any]:
    kind = _kind(app)
    paths, others = _flask_paths(app) if kind in ("flask", "quart") else _asgi_paths(app)
    return {"kind": kind, "name": name, "factory": factory, "paths": paths, "others": others}


def _asgi_paths(app: Any) -> tuple[list[str], list[str]]:
    paths: list[str] = []
    others: list[str] = []
    for route in app.routes:
        path, methods = getattr(route, "path", ""), getattr(route, "methods", None) or ()
        if not methods or not getattr(route, "include_in_schema", True):
            continue
        dependant = getattr(route, "dependant", None)
        wants = any(
            getattr(one, "required", False)
            for kind in ("query_params", "header_params", "cookie_params", "body_params")
            for one in getattr(dependant, kind, ())
        )
        if "GET" in methods and "{" not in path and not wants:
            paths.append(path)
        else:
            others.append(f"{sorted({*methods} - {'HEAD'})[0]} {path}")
    return paths, others


def _flask_paths(app: Any) -> tuple[list[str], list[str]]:
    paths: list[str] = []
    others: list[str] = []
    for rule in app.url_map.iter_rules():
        methods = {*rule.methods} - {"HEAD", "OPTIONS"}
        if rule.endpoint == "static" or not methods:
            continue
        if "GET" in methods and not rule.arguments:
            paths.append(rule.rule)
        else:
            others.append(f"{sorted(methods)[0]} {rule.rule}")
    return paths, others


def _django(place: str, settings: str) -> dict[str, Any]:
    if place:
        sys.path.insert(0, str(Path(place).resolve()))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    django = importlib.import_module("django")
    django.setup()
    conf = importlib.import_module("django.conf").settings
    paths: list[str] = []
    others: list[str] = []
    _walk(importlib.import_module("django.urls").get_resolver().url_patterns, "/", paths, others)
    package = settings.partition(".")[0]
    wsgi = (getattr(conf, "WSGI_APPLICATION", None) or "").rpartition(".")
    asgi = f"{package}.asgi" if importlib.util.find_spec(f"{package}.asgi") else ""
    return {
        "kind": "django", "module": wsgi[0], "name": wsgi[2] or "application", "asgi": asgi, "place": place,
        "settings": settings, "factory": False, "paths": paths, "others": others,
    }  # fmt: skip


def _walk(patterns: Any, before: str, paths: list[str], others: list[str]) -> None:
    for one in patterns:
        route = getattr(one.pattern, "_route", None)
        if route is None or getattr(one, "app_name", "") == "admin":
            continue
        whole = before + str(route)
        if hasattr(one, "url_patterns"):
            _walk(one.url_patterns, whole, paths, others)
        elif "<" in whole:
            others.append(f"GET {whole}")
        else:
            paths.append(whole)


def _component(place: str, module: str, name: str, *, call: bool) -> dict[str, Any]:
    needed, there = _imported(place, module)
    factory = getattr(there, name)
    arguments, unknown = _arguments(factory)
    if unknown:
        raise TypeError(f"{name}() needs {', '.join(unknown)}, of which no example is known")
    made = eval(f"factory({arguments})", {"factory": factory})  # noqa: S307 - our own examples
    methods: list[dict[str, Any]] = []
    left: list[str] = []
    for one, method in _methods(made):
        given, unknown = _arguments(method, positional=True)
        if unknown:
            left.append(f"{one}({', '.join(unknown)}): of these no example is known")
            continue
        awaited = inspect.iscoroutinefunction(method)
        try:
            if call:
                result = eval(f"method({given})", {"method": method})  # noqa: S307
                if awaited:
                    asyncio.run(result)
        except Exception as error:  # noqa: BLE001 - theirs
            left.append(f"{one}({given}): {_said(error)}")
            continue
        methods.append({"name": one, "given": given, "awaited": awaited})
    return {
        "kind": "class", "module": module, "name": name, "place": needed, "arguments": arguments,
        "methods": methods, "left": left,
    }  # fmt: skip


def _methods(made: Any) -> Iterator[tuple[str, Any]]:
    """What can be called of an object by name, but for what closes it; none of its properties is asked."""
    for name in dir(made):
        if name.startswith("_") or name == "close":
            continue
        if isinstance(inspect.getattr_static(made, name, None), property):
            continue
        try:
            method = getattr(made, name)
        except Exception:  # noqa: BLE001, S112 - theirs
            continue
        if callable(method) and not inspect.isclass(method):
            yield name, method


def _required(function: Any) -> list[inspect.Parameter]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # written in C
        return []
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [one for one in parameters if one.default is one.empty and one.kind not in several]


def _arguments(function: Any, *, positional: bool = False) -> tuple[str, list[str]]:
    """Examples for all that `function` has to be given, as source, and the names of which none is known."""
    told = function.__init__ if inspect.isclass(function) else function
    try:
        hints = typing.get_type_hints(told)
    except Exception:  # noqa: BLE001 - names that are there for a type checker only
        hints = {}
    given, unknown = [], []
    for one in _required(function):
        kind = hints.get(one.name)
        example = _EXAMPLES.get(typing.get_origin(kind) or kind) if kind is not None else None
        if example is None:
            unknown.append(one.name)
        else:
            given.append(example if positional and one.kind != one.KEYWORD_ONLY else f"{one.name}={example}")
    return ", ".join(given), unknown


if __name__ == "__main__":
    sys.path[0] = ""
    Path(sys.argv[1]).write_text(json.dumps(look(json.load(sys.stdin))), encoding="utf-8")
    os._exit(0)  # what they started when they were imported need not end
