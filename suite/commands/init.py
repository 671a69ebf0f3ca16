"""`suite init`: the first files for a project of your own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from suite.errors import ConfigurationError
from suite.foreign_text import clean

if TYPE_CHECKING:
    from suite.scaffold.load_subject import LoadSubject
    from suite.scaffold.project import Project

EPILOG = """
\b
Examples:
  suite init                                   the FastAPI, Starlette, Flask or Django app here
  suite init --app shop.web:create_app         this one
  suite init --path /items/1                   and this path, of which no example is known
  suite init --class shop.match:Matcher        a class, called in one process
  suite init --command "./server --port {port}" --path /items
  suite init --target http://127.0.0.1:8000    what runs already
  suite init --dicom ORTHANC@127.0.0.1:4242
  suite init --openapi openapi.yaml --command "./server --port {port}"
  suite init --har visit.har --target http://127.0.0.1:8000
  suite init --curl requests.sh
  suite init --template memory                 another test: latency, memory or concurrency
  suite init --postgresql --runner quiet       CI with a database, times on a machine of yours
  suite init --from git+https://host/loadledger   what tox, asv and CI install Loadledger from

\b
It writes a load file, asv.conf.json and benchmarks/, a tox environment, and a workflow for
GitHub Actions: pull requests gated on what an operation takes, nights for the rest. What is
there already stays as it is. To see that the load file runs, the system is started once and
each path asked once.
"""


_ASKED = "What is to be loaded? A command with {port}, a URL, module:Class, or AET@host:port"


def command(
    app: Annotated[str | None, typer.Option(metavar="MODULE:NAME", help="The app, or what makes it.")] = None,
    class_: Annotated[
        str | None, typer.Option("--class", metavar="MODULE:NAME", help="A class: its methods are called.")
    ] = None,
    program: Annotated[
        str | None, typer.Option("--command", metavar="COMMAND", help="Any program; {port} is its port.")
    ] = None,
    dicom: Annotated[str | None, typer.Option(metavar="AET@HOST:PORT", help="A DICOM node.")] = None,
    target: Annotated[str | None, typer.Option(metavar="URL", help="What runs already.")] = None,
    path: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH", help="Ask this too; of a program or URL only this. [/]"),
    ] = None,
    openapi: Annotated[
        str | None, typer.Option(metavar="FILE|URL", help="Operations of this OpenAPI document.")
    ] = None,
    har: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The visit that a browser recorded.")
    ] = None,
    curl: Annotated[Path | None, typer.Option(metavar="FILE", help="The curl commands in it.")] = None,
    template: Annotated[
        str, typer.Option(metavar="latency|memory|concurrency", help="What is tested.")
    ] = "latency",
    postgresql: Annotated[
        bool, typer.Option("--postgresql", help="A database beside it, its URL in DATABASE_URL.")
    ] = False,
    runner: Annotated[
        str | None, typer.Option(metavar="LABEL", help="A self-hosted machine: times are gated there.")
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="URL", help="Where CI installs Loadledger from. [as it was here]"),
    ] = None,
    python: Annotated[
        str | None, typer.Option(metavar="PROGRAM", help="The project's Python. [its .venv, or this one]")
    ] = None,
    attempt: Annotated[
        bool, typer.Option("--try/--no-try", help="Start it once, to see what answers.")
    ] = True,
    renew: Annotated[
        bool, typer.Option("--renew", help="Write anew what init wrote and nobody changed.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written.")] = False,
) -> None:
    """Write first load tests for the project here: a load file, asv, tox, CI."""
    import sys
    from functools import partial

    from suite.process.guard import interruptible
    from suite.report.terminal.console import make_console
    from suite.report.terminal.scaffold import print_files, print_origin, print_texts, print_unsettled
    from suite.scaffold.ignoring import RESULTS, are_unsettled
    from suite.scaffold.origin import installed_from, is_here_only, place_of
    from suite.scaffold.project import read_project
    from suite.scaffold.texts import TEMPLATES, texts
    from suite.scaffold.trying import tried, untried
    from suite.scaffold.writing import planned, write
    from suite.services import postgres

    chosen = next((one for one in TEMPLATES if one == template), None)
    if chosen is None:
        raise ConfigurationError(
            f"--template is {', '.join(TEMPLATES[:-1])} or {TEMPLATES[-1]}, not {template!r}"
        )
    named = {"--app": app, "--class": class_, "--command": program, "--dicom": dicom, "--target": target}
    given = [name for name, value in named.items() if value]
    if len(given) > 1:
        raise ConfigurationError(f"{' and '.join(given)} name different systems: give one of them")
    documents = {"--openapi": openapi, "--har": har, "--curl": curl}
    if len(described := [name for name, value in documents.items() if value]) > 1:
        raise ConfigurationError(f"{' and '.join(described)} describe different requests: give one of them")
    if described and {*given} & {"--class", "--dicom"}:
        raise ConfigurationError(f"{described[0]} is for what speaks HTTP: --app, --command or --target")
    if described and path:
        raise ConfigurationError(f"{described[0]} says what is asked: it goes without --path")
    if path and {*given} & {"--class", "--dicom"}:
        raise ConfigurationError(f"--path is for what speaks HTTP, which {given[0]} does not")
    if wrong := [one for one in path or () if not one.startswith("/")]:
        raise ConfigurationError(f"--path {' '.join(wrong)}: a path begins with /, like /items")
    root = Path.cwd()
    project = read_project(root, python)
    with interruptible():
        if described:
            subject = _described(project, app, program, target, openapi, har, curl)
        else:
            subject = _subject(project, app, class_, program, dicom, target, path or (), call=attempt)
        origin = place_of(from_) if from_ else installed_from()
        how = partial(texts, project, template=chosen, postgresql=postgresql, runner=runner, origin=origin)
        how(subject)  # all faults before it starts
        beside = {"database": postgres()} if postgresql else {}
        sys.stdout.flush()
        subject = tried(subject, root, beside) if attempt else untried(subject)
    files = planned(root, how(subject), renew=renew, elsewhere=project.elsewhere)
    console = make_console()
    if dry_run:
        print_texts(console, files)
    else:
        write(root, files)
    print_files(console, files, chosen, subject, dry=dry_run)
    if origin is not None and is_here_only(origin):
        print_origin(console, origin)
    if not dry_run and are_unsettled(root):
        print_unsettled(console, RESULTS)


def _described(
    project: Project,
    app: str | None,
    program: str | None,
    target: str | None,
    openapi: str | None,
    har: Path | None,
    curl: Path | None,
) -> LoadSubject:
    """What a document says, of the system that is named, or else of the one that it was made with."""
    from suite.scaffold.described import read_requests, requests_subject
    from suite.scaffold.detect import of_app, of_command, of_url

    requests = read_requests(openapi, har, curl)
    system = (
        of_app(project, app)
        if app
        else of_command(program, ())
        if program
        else of_url(target, ())
        if target
        else None
    )
    return requests_subject(requests, system)


def _subject(
    project: Project,
    app: str | None,
    class_: str | None,
    program: str | None,
    dicom: str | None,
    target: str | None,
    paths: list[str] | tuple[()],
    *,
    call: bool,
) -> LoadSubject:
    """What is to be loaded: as it was named, else found, else asked for."""
    import sys

    from suite.scaffold.detect import of_answer, of_app, of_class, of_command, of_node, of_url

    if class_:
        return of_class(project, class_, call=call)
    if program:
        return of_command(program, paths)
    if dicom:
        return of_node(dicom)
    if target:
        return of_url(target, paths)
    try:
        return of_app(project, app or "", paths)
    except ConfigurationError as error:
        if app or not sys.stdin.isatty():
            raise
        typer.echo(clean(str(error)).partition(";")[0], err=True)
        return of_answer(project, typer.prompt(_ASKED, err=True), call=call)
