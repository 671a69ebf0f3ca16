"""What there is to load: an app that is found and imported by the project's own Python, or what was named."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from suite.contract.remote import Remote
from suite.errors import ConfigurationError
from suite.process.identity import round_identity
from suite.process.output_file import OutputFile
from suite.process.redaction import shown_command
from suite.process.scratch import scratch_directory
from suite.process.sweep import ROUND_VARIABLE, carry
from suite.scaffold.load_subject import LoadSubject, method_calls
from suite.scaffold.project import Project
from suite.scaffold.serving import served
from suite.scaffold.sources import Module, app_modules, django_settings

_SECONDS = 120.0
_TITLES = {"fastapi": "FastAPI", "flask": "Flask", "django": "Django"}
_HEALTH = ("/health", "/healthz", "/ready", "/readyz", "/livez", "/ping", "/status", "/up")
"""What a path is called that says whether a service is ready."""


def of_app(project: Project, named: str = "", paths: Sequence[str] = ()) -> LoadSubject:
    """The app of a project: one that is `named` module:name, or the likeliest that there is. `paths` of it
    are asked too.

    Raises ConfigurationError where there is none, with why what looked like one could not be imported.
    """
    module, _, name = named.partition(":")
    modules: list[tuple[str, str, str]] = []
    if named:
        modules = [(place, module, name or "app") for place in _places(project)]
    else:
        modules = [(place, module, "") for place, module in app_modules(project.root)]
    answer = _looked(project, modules=modules, django=[] if named else django_settings(project.root))
    if not answer["found"]:
        raise ConfigurationError.of([_nothing(named), *dict.fromkeys(answer["faults"])])
    return _app_subject(project, answer["found"][0], answer["servers"], paths)


def of_class(project: Project, named: str, *, call: bool) -> LoadSubject:
    """A class module:Name; with `call` methods that fail are left out. Raises ConfigurationError."""
    module, sign, name = named.partition(":")
    if not sign or not name.isidentifier():
        raise ConfigurationError(f"--class is module:Name, not {named!r}")
    answer = _looked(project, classes=[(place, module, name) for place in _places(project)], call=call)
    if not answer["found"]:
        raise ConfigurationError.of([f"--class {named} can't be made:", *dict.fromkeys(answer["faults"])])
    found = answer["found"][0]
    calls = method_calls((one["name"], one["given"], one["awaited"]) for one in found["methods"])
    if not calls:
        raise ConfigurationError.of([f"--class {named} has no method that can be called:", *found["left"]])
    return LoadSubject(
        "class", f"{name} of {module}", module=module, factory=name, arguments=found["arguments"],
        place=found["place"], calls=calls, left=tuple(found["left"]),
    )  # fmt: skip


def of_command(command: str, paths: Sequence[str] = ()) -> LoadSubject:
    """Any program that is told its port. Raises ConfigurationError for one that is not."""
    if "{port}" not in command:
        raise ConfigurationError(
            f"--command {shown_command(command.split())!r} has no {{port}}: say where its port belongs"
        )
    return LoadSubject("http", command.split()[0], command=command, paths=tuple(paths) or ("/",))


def of_url(url: str, paths: Sequence[str] = ()) -> LoadSubject:
    """What runs already; its URL's path is loaded, unless others are named. Raises ConfigurationError."""
    address = Remote(url).target
    base = address.url
    scheme, _, rest = base.rpartition("://")
    host, slash, path = rest.partition("/")
    base = f"{scheme or 'http'}://{host}"
    return LoadSubject("http", host, address=base, paths=tuple(paths) or (f"/{path}" if slash else "/",))


def of_node(node: str) -> LoadSubject:
    """A DICOM node, AET@host:port. Raises ConfigurationError."""
    if not Remote(node).target.title:
        raise ConfigurationError(f"--dicom is AET@host:port, not {node!r}")
    return LoadSubject("dicom", node.partition("@")[0], address=node)


def of_answer(project: Project, answer: str, *, call: bool) -> LoadSubject:
    """What somebody said who was asked. Raises ConfigurationError."""
    answer = answer.strip()
    if "{port}" in answer:
        return of_command(answer)
    if "://" in answer:
        return of_url(answer)
    if "@" in answer:
        return of_node(answer)
    return of_class(project, answer, call=call)


def ready_path(paths: Sequence[str]) -> str:
    """The path that says whether it is ready, "" if none is called so."""
    return next((path for path in paths if path.rstrip("/").lower().endswith(_HEALTH)), "")


def _app_subject(
    project: Project, app: Mapping[str, Any], servers: Sequence[str], paths: Sequence[str]
) -> LoadSubject:
    command, folder, package = served(app, servers, project.programs)
    kind: str = app["kind"]
    name = app.get("settings") or f"{app['module']}:{app['name']}"
    return LoadSubject(
        "http", f"{name} ({_TITLES.get(kind, kind.title())})", command=command, folder=folder,
        ready=ready_path(app["paths"]), wants=(package,),
        left=tuple(route for route in app["others"] if not any(_fits(path, route) for path in paths)),
        paths=tuple(dict.fromkeys((*paths, *app["paths"]))),
    )  # fmt: skip


def _fits(path: str, route: str) -> bool:
    """Whether `path` is an example of a route like `GET /items/{number}`."""
    plain = re.split(r"<[^>]*>|\{[^}]*\}", route.removeprefix("GET "))
    return re.fullmatch("[^/?]+".join(map(re.escape, plain)) + r"(\?.*)?", path) is not None


def _nothing(named: str) -> str:
    if named:
        return f"--app {named} is no app that could be imported:"
    return (
        "no FastAPI, Starlette, Quart, Flask or Django app here that could be imported; name what to load: "
        "--app module:name, --class module:Name, --command 'program {port}', --dicom AET@host:port, "
        "--target URL"
    )


def _places(project: Project) -> list[str]:
    return ["src", ""] if (project.root / "src").is_dir() else [""]


def _looked(
    project: Project,
    *,
    modules: Sequence[tuple[str, str, str]] = (),
    django: Sequence[Module] = (),
    classes: Sequence[tuple[str, str, str]] = (),
    call: bool = False,
) -> dict[str, Any]:
    """What the project's Python sees. Raises ConfigurationError if it can't be run, or does not end."""
    program = Path(__file__).with_name("looking.py").read_text(encoding="utf-8")
    asked = {"modules": modules, "django": django, "classes": classes, "call": call}
    with scratch_directory() as folder, round_identity(folder):
        answer = folder / "answer.json"
        try:
            with (folder / "said").open("w+", errors="replace") as said:
                done = subprocess.run(
                    [project.python, "-c", program, str(answer)], cwd=project.root, input=json.dumps(asked),
                    stdout=subprocess.DEVNULL, stderr=said, text=True, timeout=_SECONDS, check=False,
                    preexec_fn=partial(carry, os.environ[ROUND_VARIABLE]),
                )  # fmt: skip
        except OSError as error:
            raise ConfigurationError(f"--python: {project.python} can't be run: {error.strerror}") from error
        except subprocess.TimeoutExpired as error:
            raise ConfigurationError(
                f"the project is not imported within {_SECONDS:g} s; name what to load: --app module:name"
            ) from error
        if not answer.is_file():
            told = "".join(OutputFile(folder / "said").end().rstrip().splitlines()[-1:])
            last = told.strip() or f"it ended with {done.returncode}"
            raise ConfigurationError(f"{project.python} could not look at the project: {last}")
        found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return found
