"""docs/start.md to the letter, in fresh virtual environments: three commands from pip to a first result."""

import re
import shutil

import pytest
from scaffold.strangers import CLASS, DJANGO, FASTAPI, FLASK, NODE, PERL, project
from support.fresh import ROOT, Stranger, wheel

from suite.formats.envelope import read_document
from suite.records.run import Run

pytestmark = [pytest.mark.exhaustive, pytest.mark.timeout(900)]
DEADLINE = 300
"""Seconds that the three commands may take, what pip has to bring included."""
INVALID = 3
"""What a run ends with that says itself that it was held up: it has a result."""


@pytest.fixture(scope="session")
def ours(tmp_path_factory):
    return wheel(tmp_path_factory.mktemp("ours"))


def commands(title):
    """Those of a section of docs/start.md."""
    text = (ROOT / "docs" / "start.md").read_text()
    section = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert block is not None
    return block[1].splitlines()


def first_result(folder, ours, lines):
    """What init says; after three commands there is a result, and what they took is told."""
    install, init, run = lines
    who = Stranger(folder, ours, DEADLINE)
    who.types(install)
    told = who.types(init)
    assert f"  {run}\n" in told
    said = who.types(run, (0, INVALID))
    (document,) = (folder / "results" / "runs").glob("*.json")
    (found,) = read_document(document).records
    assert isinstance(found, Run)
    assert found.workload in said
    assert found.outcomes["ok"] > 100
    assert found.error is None
    return told


def test_a_class(tmp_path, ours):
    told = first_result(project(tmp_path / "faces", CLASS), ours, commands("A plain class"))
    assert "loads  Matcher of matching.matcher: 2 operations (later, match)" in told


@pytest.mark.nightly
def test_a_fastapi_app(tmp_path, ours):
    told = first_result(project(tmp_path / "work", FASTAPI), ours, commands("A FastAPI app"))
    assert "loads  corner.web:app (FastAPI): 1 operation (items)" in told


@pytest.mark.nightly
def test_a_flask_app(tmp_path, ours):
    folder = project(tmp_path / "shop", FLASK)
    told = first_result(folder, ours, commands("A Flask app"))
    assert "loads  shop:create_app (Flask): 1 operation (front)" in told
    assert "gunicorn 'shop:create_app()'" in (folder / "load_shop.py").read_text()


@pytest.mark.nightly
def test_a_django_project(tmp_path, ours):
    folder = project(tmp_path / "blog", DJANGO)
    first_result(folder, ours, commands("A Django project"))
    assert "gunicorn site_of_ours.wsgi:application" in (folder / "load_blog.py").read_text()


@pytest.mark.nightly
def test_a_command_in_another_language(tmp_path, ours):
    program = next((one for one in ("node", "perl") if shutil.which(one)), None)
    if program is None:
        pytest.skip("neither node nor perl is installed")
    there, file = {"node": (NODE, "node server.js"), "perl": (PERL, "perl server.pl")}[program]
    lines = [line.replace("node server.js", file) for line in commands("A command in another language")]
    told = first_result(project(tmp_path / "far", there), ours, lines)
    assert "1 operation (front)" in told
