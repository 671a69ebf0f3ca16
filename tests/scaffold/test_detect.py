"""What there is to load: named, or found."""

import sys
from pathlib import Path

import pytest
from scaffold.strangers import project

from suite.errors import ConfigurationError
from suite.scaffold import detect
from suite.scaffold.detect import of_answer, of_app, of_class, of_command, of_node, of_url, ready_path
from suite.scaffold.project import Project, identifier, read_project


@pytest.fixture
def seen(monkeypatch):
    """What the project's Python would have seen."""
    answers = []
    monkeypatch.setattr(detect, "_looked", lambda *_, **asked: answers[-1])
    return answers


HERE = Project(Path("/nowhere"), "shop", sys.executable, "", ())


def test_an_app_that_was_found(seen):
    app = {"kind": "fastapi", "module": "shop", "name": "app", "place": "", "factory": False,
           "paths": ["/health", "/items", "/items"], "others": ["POST /orders"]}  # fmt: skip
    seen.append({"found": [app], "faults": [], "servers": ["uvicorn"]})
    subject = of_app(HERE)
    assert subject.command == "uvicorn shop:app --port {port}"
    assert (subject.ready, subject.paths) == ("/health", ("/health", "/items"))
    assert (subject.left, subject.wants, subject.title) == (
        ("POST /orders",),
        ("uvicorn",),
        "shop:app (FastAPI)",
    )


def test_paths_of_an_app_that_are_named_are_asked_first_and_its_routes_with_them_are_not_left_out(seen):
    others = ["GET /items/{number}", "GET /<int:year>/<name>", "GET /items/{number}/parts", "POST /items/1"]
    app = {"kind": "fastapi", "module": "shop", "name": "app", "place": "", "factory": False,
           "paths": ["/items"], "others": others}  # fmt: skip
    seen.append({"found": [app], "faults": [], "servers": ["uvicorn"]})
    subject = of_app(HERE, "", ("/items/1", "/2026/may?all=1"))
    assert subject.paths == ("/items/1", "/2026/may?all=1", "/items")
    assert subject.left == ("GET /items/{number}/parts", "POST /items/1")


def test_where_none_is_found_it_says_what_can_be_named_and_why(seen):
    seen.append({"found": [], "faults": ["shop: ImportError: no", "shop: ImportError: no"], "servers": []})
    with pytest.raises(
        ConfigurationError, match=r"no FastAPI, Starlette.*--target URL\nshop: ImportError: no$"
    ):
        of_app(HERE)
    with pytest.raises(ConfigurationError, match="--app shop:web is no app that could be imported"):
        of_app(HERE, "shop:web")
    with pytest.raises(ConfigurationError, match="--class a:B can't be made"):
        of_class(HERE, "a:B", call=True)


def test_a_class_without_a_method_to_call(seen):
    found = {"arguments": "", "place": "", "methods": [], "left": ["forget(x): of these no example is known"]}
    seen.append({"found": [found], "faults": [], "servers": []})
    with pytest.raises(ConfigurationError, match="has no method that can be called:\nforget"):
        of_class(HERE, "a:B", call=True)
    with pytest.raises(ConfigurationError, match="--class is module:Name, not"):
        of_class(HERE, "a.B", call=True)


def test_what_is_named():
    assert of_command("./server {port}").paths == ("/",)
    assert of_command("./server {port}", ["/a"]).paths == ("/a",)
    with pytest.raises(ConfigurationError, match=r"has no {port}: say where its port belongs"):
        of_command("./server")
    there = of_url("https://there:8443/items?n=1")
    assert (there.address, there.paths, there.ours) == ("https://there:8443", ("/items?n=1",), False)
    assert of_url("127.0.0.1:8000").address == "http://127.0.0.1:8000"
    assert of_node("ARCHIVE@127.0.0.1:104").kind == "dicom"
    with pytest.raises(ConfigurationError, match="--dicom is AET@host:port"):
        of_node("127.0.0.1:104")


def test_what_somebody_said_who_was_asked(seen):
    assert of_answer(HERE, " ./server {port}\n", call=True).command == "./server {port}"
    assert of_answer(HERE, "http://there/x", call=True).paths == ("/x",)
    assert of_answer(HERE, "ARCHIVE@there:104", call=True).kind == "dicom"


def test_the_path_that_says_whether_it_is_ready():
    assert ready_path(["/items", "/api/healthz", "/health"]) == "/api/healthz"
    assert ready_path(["/items/ping"]) == "/items/ping"
    assert ready_path(["/items"]) == ""


def test_a_python_that_can_not_look(tmp_path):
    folder = project(tmp_path, {"broken": "#!/bin/sh\necho no python here >&2; exit 1\n"})
    (folder / "broken").chmod(0o755)
    for python, says in (
        ("/no/such/python", "can't be run: No such file"),
        (str(folder / "broken"), "no python here"),
    ):
        with pytest.raises(ConfigurationError, match=says):
            detect._looked(Project(folder, "x", python, "", ()))


def test_a_project_that_is_not_imported_in_time(tmp_path, monkeypatch):
    monkeypatch.setattr(detect, "_SECONDS", 0.01)
    with pytest.raises(ConfigurationError, match="the project is not imported within"):
        detect._looked(Project(tmp_path, "x", sys.executable, "", ()))


def test_the_project(tmp_path):
    assert read_project(tmp_path / "My Shop-2") == Project(
        tmp_path / "My Shop-2", "my_shop_2", sys.executable, "", ()
    )
    folder = project(
        tmp_path / "one",
        {"requirements.txt": "", "tox.toml": "", ".venv/pyvenv.cfg": "", ".venv/bin/python": ""},
    )
    found = read_project(folder)
    assert (found.install, found.installable, found.elsewhere) == (
        ("-r", "requirements.txt"),
        False,
        ("tox.ini",),
    )
    assert (found.python, found.programs) == (str(folder / ".venv/bin/python"), ".venv/bin/")
    assert read_project(folder, sys.executable).programs == ""
    assert read_project(folder, str(folder / "py/bin/python")).programs == "py/bin/"
    project(folder, {"pyproject.toml": '[project]\nname = "Corner.Shop"\n[tool.tox]\n'})
    found = read_project(folder)
    assert (found.name, found.installable, found.elsewhere) == ("corner_shop", True, ("tox.ini",))
    for broken in ("[", "project = 1"):
        (folder / "pyproject.toml").write_text(broken)
        with pytest.raises(ConfigurationError, match=r"toml can't be read: .*; mend it first"):
            read_project(folder)
    assert [identifier(text) for text in ("3d", "---", "a.b")] == ["service_3d", "service", "a_b"]
