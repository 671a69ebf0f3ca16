"""Which files may have an app, by what is written in them."""

import os

from scaffold.strangers import DJANGO, FASTAPI, FLASK, project

from suite.scaffold.sources import app_modules, django_settings


def test_an_app_in_src_is_imported_from_there(tmp_path):
    assert app_modules(project(tmp_path, FASTAPI)) == [("src", "corner.web")]


def test_a_file_beside_the_project_file(tmp_path):
    assert app_modules(project(tmp_path, FLASK)) == [("", "shop")]


def test_a_folder_that_is_no_package_may_have_to_be_on_the_path(tmp_path):
    project(tmp_path, {"backend/app/__init__.py": "", "backend/app/main.py": "app = FastAPI()\n"})
    assert app_modules(tmp_path) == [("", "backend.app.main"), ("backend", "app.main")]


def test_settings_of_django(tmp_path):
    assert django_settings(project(tmp_path, DJANGO)) == [("", "site_of_ours.settings")]
    assert django_settings(project(tmp_path / "x", DJANGO)) == [("", "site_of_ours.settings")]
    assert ("x", "site_of_ours.settings") in django_settings(tmp_path)


def test_the_likeliest_comes_first_and_tests_environments_and_the_hidden_do_not_count(tmp_path):
    makes = "app = FastAPI()\n"
    project(tmp_path, {
        "deep/below/app.py": makes, "zoo.py": makes, "app.py": makes, "tests/conftest.py": makes,
        ".venv/lib/x.py": makes, "own/pyvenv.cfg": "", "own/x.py": makes, "load_a.py": makes,
        "test_a.py": makes,
        "not-a-name.py": makes, "large.py": makes + "#" * 600_000, "other.py": "print('FastAPI')\n",
    })  # fmt: skip
    found = [module for _, module in app_modules(tmp_path)]
    assert found[:2] == ["app", "zoo"]
    assert set(found) == {"app", "zoo", "deep.below.app", "below.app"}


def test_a_pipe_and_a_file_without_end_have_no_app(tmp_path):
    """`suite init` waited for the one, and took all memory for the other."""
    os.mkfifo(tmp_path / "app.py")
    (tmp_path / "main.py").symlink_to("/dev/zero")
    assert app_modules(tmp_path) == django_settings(tmp_path) == []
