"""What a project's own Python sees of it: here in this process, on modules made for it."""

import sys
from types import SimpleNamespace

import pytest
from scaffold.strangers import CLASS, project

from suite.scaffold import looking
from suite.scaffold.looking import look

STUBS = '''
class FastAPI:
    """Stands in for a framework that takes half a second to import."""

    def __init__(self):
        self.routes = []

    def add(self, path, *methods, shown=True, **wants):
        needed = [type("Parameter", (), {"required": True})] if wants else []
        told = type("Dependant", (), {"query_params": needed})
        facts = {"path": path, "methods": set(methods), "include_in_schema": shown, "dependant": told}
        self.routes.append(type("Route", (), facts))
        return self

FastAPI.__module__ = "fastapi.applications"
'''
SHOP = """
from stand_in import FastAPI
app = (FastAPI().add("/items", "GET", "HEAD").add("/items/{n}", "GET").add("/orders", "POST")
       .add("/search", "GET", q=1).add("/docs", "GET", shown=False).add("/live"))
other = 5
"""
NOTHING = {"modules": [], "django": [], "classes": [], "call": True}


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    known = {*sys.modules}
    yield lambda files: project(tmp_path, {"stand_in.py": STUBS, **files})
    for name in {*sys.modules} - known:
        del sys.modules[name]


def test_an_app_with_the_paths_that_need_nothing_more(here):
    here({"shop.py": SHOP})
    (app,) = look({**NOTHING, "modules": [("", "shop", "")]})["found"]
    assert (app["kind"], app["name"]) == ("fastapi", "app")
    assert (app["module"], app["place"], app["factory"]) == ("shop", "", False)
    assert app["paths"] == ["/items"]
    assert app["others"] == ["GET /items/{n}", "POST /orders", "GET /search"]


def test_what_is_in_src_and_not_installed_is_told(here):
    here({"src/inner/__init__.py": "", "src/inner/web.py": SHOP})
    (app,) = look({**NOTHING, "modules": [("src", "inner.web", "")]})["found"]
    assert app["place"] == "src"
    assert not any(path.endswith("/src") for path in sys.path)


def test_what_makes_an_app(here):
    here({"made.py": "from stand_in import FastAPI\ndef create_app(config=None):\n    return FastAPI()\n"})
    (app,) = look({**NOTHING, "modules": [("", "made", "")]})["found"]
    assert (app["name"], app["factory"]) == ("create_app", True)
    here({"told.py": "from stand_in import FastAPI\ndef build():\n    return FastAPI()\n"})
    (app,) = look({**NOTHING, "modules": [("", "told", "build")]})["found"]
    assert (app["name"], app["factory"]) == ("build", True)


def test_what_can_not_be_imported_says_why_and_the_next_is_looked_at(here):
    here({"bad.py": "import no_such_module_of_theirs\n", "ends.py": "raise SystemExit(3)\n", "shop.py": SHOP})
    seen = look({**NOTHING, "modules": [("", "bad", ""), ("", "ends", ""), ("", "shop", "")]})
    assert [one["module"] for one in seen["found"]] == ["shop"]
    assert seen["faults"] == [
        "bad: ModuleNotFoundError: No module named 'no_such_module_of_theirs'",
        "ends: SystemExit: 3",
    ]


def test_a_class_its_methods_called_once(here):
    here(CLASS)
    (found,) = look({**NOTHING, "classes": [("", "matching.matcher", "Matcher")]})["found"]
    assert found["arguments"] == "members=1"
    assert found["methods"] == [
        {"name": "later", "given": "", "awaited": True},
        {"name": "match", "given": "'example'", "awaited": False},
    ]
    assert found["left"] == ["forget(member): of these no example is known"]


def test_a_method_that_fails_is_left_out_unless_none_is_called(here):
    here({"weak.py": "class Weak:\n    def fail(self):\n        raise ValueError('no')\n"})
    asked = {**NOTHING, "classes": [("", "weak", "Weak")]}
    assert look(asked)["found"][0]["left"] == ["fail(): ValueError: no"]
    assert [one["name"] for one in look({**asked, "call": False})["found"][0]["methods"]] == ["fail"]


def test_what_a_class_works_out_when_it_is_asked_for_is_no_method_and_may_fail(here):
    here(
        {
            "lazy.py": "class Lazy:\n    def find(self): return 1\n"
            "    @property\n    def link(self): raise RuntimeError('no server')\n"
            "    def __getattr__(self, name): raise ValueError(name)\n"
        }
    )
    answer = look({**NOTHING, "classes": [("", "lazy", "Lazy")]})
    assert answer["faults"] == []
    assert [one["name"] for one in answer["found"][0]["methods"]] == ["find"]


def test_a_class_that_needs_what_nobody_knows(here):
    here({"odd.py": "class Odd:\n    def __init__(self, other): pass\n"})
    seen = look({**NOTHING, "classes": [("", "odd", "Odd")]})
    assert seen["found"] == []
    assert seen["faults"] == ["odd:Odd: TypeError: Odd() needs other, of which no example is known"]


def test_rules_of_flask():
    rules = [("/", "front", {"GET", "HEAD"}, ()), ("/static/<f>", "static", {"GET"}, ("f",)),
             ("/items/<n>", "item", {"GET"}, ("n",)), ("/orders", "order", {"POST"}, ())]  # fmt: skip
    app = SimpleNamespace(url_map=SimpleNamespace(iter_rules=lambda: [
        SimpleNamespace(**dict(zip(("rule", "endpoint", "methods", "arguments"), one, strict=True)))
        for one in rules
    ]))  # fmt: skip
    assert looking._flask_paths(app) == (["/"], ["GET /items/<n>", "POST /orders"])


def test_patterns_of_django():
    def one(route, **more):
        return SimpleNamespace(pattern=SimpleNamespace(_route=route), **more)

    paths, others = [], []
    inner = [one("items/"), one("<int:n>/")]
    patterns = [one("hello/"), one("shop/", url_patterns=inner),
                one("admin/", url_patterns=inner, app_name="admin"),
                SimpleNamespace(pattern=SimpleNamespace(_regex="^old/$"))]  # fmt: skip
    looking._walk(patterns, "/", paths, others)
    assert paths == ["/hello/", "/shop/items/"]
    assert others == ["GET /shop/<int:n>/"]
