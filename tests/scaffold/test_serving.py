"""Which command serves an app."""

import shlex

import pytest

from suite.errors import ConfigurationError
from suite.scaffold.serving import served

ALL = ("uvicorn", "hypercorn", "gunicorn", "waitress")


def app(kind, *, place="", factory=False, module="shop.web", name="app", **more):
    return {"kind": kind, "place": place, "factory": factory, "module": module, "name": name, **more}


@pytest.mark.parametrize(
    ("found", "servers", "command", "folder"),
    [
        (app("fastapi"), ALL, "uvicorn shop.web:app --port {port}", ""),
        (app("starlette", factory=True, place="src"), ALL,
         "uvicorn shop.web:app --factory --port {port} --app-dir src", ""),
        (app("quart", factory=True, place="src"), ALL[1:],
         "hypercorn 'shop.web:app()' --bind 127.0.0.1:{port}", "src"),
        (app("flask"), ALL, "gunicorn shop.web:app --bind 127.0.0.1:{port} --threads 4", ""),
        (app("flask", factory=True, place="src"), ALL,
         "gunicorn 'shop.web:app()' --bind 127.0.0.1:{port} --threads 4 --pythonpath src", ""),
        (app("flask", factory=True), ("waitress",),
         "waitress-serve --listen=127.0.0.1:{port} --call shop.web:app", ""),
        (app("flask", place="web"), (), "flask --app shop.web:app run --port {port}", "web"),
        (app("django", asgi="", module="shop.wsgi"), ALL,
         "gunicorn shop.wsgi:app --bind 127.0.0.1:{port} --threads 4", ""),
        (app("django", asgi="shop.asgi", module=""), ALL, "uvicorn shop.asgi:application --port {port}", ""),
        (app("django", asgi="", place="site"), (),
         "{python} manage.py runserver 127.0.0.1:{port} --noreload", "site"),
    ],
)  # fmt: skip
def test_by_what_is_installed(found, servers, command, folder):
    assert served(found, servers, "")[:2] == (command, folder)


def test_programs_of_another_environment_are_named_as_the_command_s_folder_sees_them():
    assert served(app("fastapi"), ALL, ".venv/bin/").command.startswith(".venv/bin/uvicorn ")
    assert served(app("quart", place="a/b"), ("hypercorn",), ".venv/bin/").command.startswith(
        "../../.venv/bin/h"
    )
    assert served(app("django", asgi="", place="a"), (), "/opt/bin/").command.startswith(
        "/opt/bin/python manage"
    )


@pytest.mark.parametrize("server", ALL)
def test_folders_with_spaces_are_one_word_of_the_command(server):
    kind = "flask" if server in ALL[2:] else "fastapi"
    found = served(app(kind, place="my src"), [server], "/my env/bin/")
    words = shlex.split(found.command)
    assert words[0].startswith("/my env/bin/")
    assert found.folder == "my src" or "my src" in words


def test_without_a_server_it_says_what_brings_one():
    with pytest.raises(
        ConfigurationError, match="needs a server that is not installed; run: pip install uvicorn"
    ):
        served(app("fastapi"), ["gunicorn"], "")
