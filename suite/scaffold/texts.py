"""The texts of all files that `suite init` writes, made from templates."""

from __future__ import annotations

import functools
import re
import shlex
import sys
from pathlib import Path
from typing import Any, Literal, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from suite.errors import ConfigurationError
from suite.scaffold.literal import literal, one_line
from suite.scaffold.load_subject import LoadSubject
from suite.scaffold.origin import requirement
from suite.scaffold.project import Project
from suite.scaffold.requests_source import source_of
from suite.scaffold.stamp import PLACE

Template = Literal["latency", "memory", "concurrency"]
TEMPLATES = get_args(Template)
_DESCRIPTIONS = {
    "latency": "how long an operation takes",
    "memory": "what a load leaves in memory",
    "concurrency": "many at once",
}
_LABEL = re.compile(r"[\w.-]+", re.ASCII)


def texts(
    project: Project,
    subject: LoadSubject,
    template: Template,
    *,
    postgresql: bool = False,
    runner: str | None = None,
    origin: str | None = None,
) -> dict[str, str]:
    """Each text by its path below the project's folder, the load file first; none has its mark yet.

    `origin` is the URL that Loadledger is installed from, None an index of packages.

    Raises ConfigurationError for a template that this kind of system has no use for.
    """
    if template == "memory" and not subject.ours:
        raise ConfigurationError("--template memory: of what runs elsewhere no memory is known")
    if postgresql and (subject.kind == "class" or not subject.ours):
        raise ConfigurationError("--postgresql is for what a command starts: it is given the database's URL")
    if runner is not None and not _LABEL.fullmatch(runner):
        raise ConfigurationError(
            f"--runner {runner!r}: one label of a self-hosted runner, in letters and digits"
        )
    values = _values(project, subject, template, postgresql=postgresql, runner=runner, origin=origin)
    environment = _environment()

    def filled(name: str) -> str:
        return environment.get_template(f"{name}.txt").render(values)

    benchmark = project.name if template == "latency" else f"{project.name}_{template}"
    return {
        values["file"]: filled(f"load_{subject.kind}.py") + filled("workload.py"),
        "asv.conf.json": filled("asv.conf.json"),
        "benchmarks/__init__.py": f'"""asv benchmarks."""\n\n# suite init {PLACE}: yours to change.\n',
        f"benchmarks/{benchmark}.py": filled("benchmarks.py"),
        "tox.ini": filled("tox.ini"),
        ".github/workflows/load.yml": filled("load.yml"),
    }


def load_file(project: Project, template: Template) -> str:
    """What the load file is called."""
    return f"load_{project.name}.py" if template == "latency" else f"load_{project.name}_{template}.py"


def _values(
    project: Project,
    subject: LoadSubject,
    template: Template,
    *,
    postgresql: bool,
    runner: str | None,
    origin: str | None,
) -> dict[str, Any]:
    open_loop = template == "latency" and subject.kind in ("http", "requests", "bytes")
    extras = ["postgresql"] if postgresql else []
    ours = requirement(origin, extras)
    brings = ["."] if project.installable else list(project.install)
    requirements = [] if project.installable or not project.install else [" ".join(project.install)]
    return {
        "name": project.name,
        "file": load_file(project, template),
        "template": template,
        "title_case": template.title(),
        "title": one_line(subject.title),
        "command": subject.command,
        "folder": subject.folder,
        "address": subject.address,
        "module": subject.module,
        "factory": subject.factory,
        "arguments": subject.arguments,
        "place": subject.place,
        "instance": re.sub(r"(?<!^)(?=[A-Z])", "_", subject.factory).lower(),
        "ready": subject.ready,
        "calls": subject.calls,
        "left": [one_line(one) for one in subject.left],
        "ours": subject.ours,
        "dicom": subject.kind == "dicom",
        "loop": "open_loop" if open_loop else "closed_loop",
        "user": {"class": "Caller", "dicom": "Sender"}.get(subject.kind, "Visitor"),
        "description": _DESCRIPTIONS[template],
        "postgresql": postgresql,
        "runner": runner,
        "installable": project.installable,
        "install": " ".join(project.install),
        "install_words": " ".join([*brings, shlex.quote(ours) if " " in ours else ours, *subject.wants]),
        "deps": [ours, *subject.wants, *requirements],
        "source": None
        if subject.requests is None
        else source_of(subject.requests, shared=template == "concurrency"),
        "wants": "".join(f" {one}" for one in subject.wants),
        "requirement": lambda *more: requirement(origin, [*more, *extras]),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
    }


@functools.cache
def _environment() -> Environment:
    """Templates in which nothing of Python, YAML, a shell or GitHub is taken for ours."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        undefined=StrictUndefined,
        variable_start_string="«",
        variable_end_string="»",
        block_start_string="‹%",
        block_end_string="%›",
        comment_start_string="‹#",
        comment_end_string="#›",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - no page: what it makes is code
    )
    made.filters["python"] = literal
    return made
