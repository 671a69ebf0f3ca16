"""The files that are written: each is what its reader takes."""

import ast
import configparser
import itertools
import keyword
import re
from pathlib import Path

import pytest
import yaml

from suite.config.catalog import from_file
from suite.contract.loop import OpenLoop
from suite.errors import ConfigurationError
from suite.integrations.asv_results import workload_of
from suite.scaffold.load_subject import LoadSubject, method_calls, path_calls
from suite.scaffold.project import Project, identifier
from suite.scaffold.sample_request import Parameter, SampleRequest, SampleRequests
from suite.scaffold.texts import TEMPLATES, texts

PROJECT = Project(Path("/nowhere"), "shop", "python", "", ("-e", "."))
SUBJECTS = {
    "http": LoadSubject(
        "http", "shop:app (FastAPI)", command="gunicorn 'shop:make()' --port {port}", folder="web",
        ready="/health", calls=path_calls(["/", "/items/", "/items", "/1", "/close"]), left=("POST /orders",),
        wants=("gunicorn",),
    ),
    "class": LoadSubject(
        "class", "Matcher of matching.matcher", module="matching.matcher", factory="FaceMatcher",
        arguments="members=1", place="src", left=("forget(member): no example",),
        calls=method_calls([("match", "'x'", False), ("later", "", True)]),
    ),
    "dicom": LoadSubject("dicom", "ARCHIVE", address="ARCHIVE@127.0.0.1:104"),
    "bytes": LoadSubject("bytes", "./server", command="./server {port}"),
    "remote": LoadSubject("http", "there:80", address="http://there:80", calls=path_calls(["/"])),
}  # fmt: skip
RUNS_HERE = ("http", "class", "bytes")


def made(kind, template="latency", project=PROJECT, **how):
    return texts(project, SUBJECTS[kind], template, **how)


@pytest.mark.parametrize(("kind", "template"), [*itertools.product(SUBJECTS, TEMPLATES)])
def test_each_load_file_has_its_workload(tmp_path, kind, template):
    if template == "memory" and kind not in RUNS_HERE:
        return
    (name, text), *_ = made(kind, template).items()
    assert name == ("load_shop.py" if template == "latency" else f"load_shop_{template}.py")
    (tmp_path / "src" / "matching").mkdir(parents=True)
    (tmp_path / "src" / "matching" / "matcher.py").write_text("class FaceMatcher: pass\n")
    (tmp_path / name).write_text(text)
    (found,) = from_file(tmp_path / name)
    workload = found.workload
    assert workload.name == f"shop/{template}"
    if any(one.metric == "response.p95" for one in workload.thresholds):  # 200 samples judge it
        loop = workload.quick or workload.loop
        assert (loop.expected if isinstance(loop, OpenLoop) else loop.total) >= 250
    assert max(map(len, text.splitlines())) <= 110
    assert text.endswith(")\n")
    assert "\n\n\n\n" not in text


def test_a_project_may_be_called_anything():
    """One called quote hid the function of that name, and one called async was no Python."""
    asked = SampleRequest("one", "GET", "/a", query=(("key", Parameter("key")),), think=1.0)
    described = SampleRequests("a.har", "http://there", (asked,), journey=True)
    recorded = LoadSubject("requests", "there", address="http://there", requests=described)
    templates = [("latency", {"postgresql": True}), ("latency", {}), ("concurrency", {})]
    sources = [
        next(iter(made(kind, template, **how).values()))
        for kind, (template, how) in itertools.product(SUBJECTS, templates)
        if not how or kind in ("http", "bytes")
    ] + [texts(PROJECT, recorded, "latency")["load_shop.py"]]
    imported = {
        one.asname or one.name
        for source in sources
        for line in ast.walk(ast.parse(source))
        if isinstance(line, ast.Import | ast.ImportFrom)
        for one in line.names
    }
    assert imported >= {"quote", "os", "asyncio", "sys", "postgres", "open_loop", "closed_loop", "operation"}
    for name in {*imported, *keyword.kwlist, *map(str.lower, imported)}:
        assert identifier(name) not in imported, name
        assert not keyword.iskeyword(identifier(name)), name


def test_operations_are_called_after_what_they_ask_for():
    text = made("http")["load_shop.py"]
    assert re.findall(r"async def (\w+)", text) == ["connect", "front", "items", "items_2", "get_1", "close_"]
    assert "\"gunicorn 'shop:make()' --port {port}\"" in text
    assert 'cwd="web"' in text
    assert "    #   POST /orders\n" in text


def test_a_database_beside_it():
    text = made("http", postgresql=True)["load_shop.py"]
    assert 'env={"DATABASE_URL": "{database.url}"}' in text
    assert 'beside={"database": postgres()}' in text


def workflow(**how):
    return yaml.safe_load(made("http", **how)[".github/workflows/load.yml"])


def test_the_workflow_gates_pull_requests_on_what_is_counted():
    told = workflow()
    assert set(told[True]) == {"pull_request", "schedule", "workflow_dispatch"}  # YAML reads `on` as true
    assert set(told["jobs"]) == {"costs", "comment", "nightly", "site"}
    assert told["permissions"] == {"contents": "read"}
    costs = told["jobs"]["costs"]
    assert costs["steps"][1]["with"]["fetch-depth"] == 0
    assert 'pip install -e . "loadledger[ab]" gunicorn' in costs["steps"][3]["run"]
    assert "suite ab --costs HEAD^1 load_*.py" in costs["steps"][4]["run"]
    assert told["jobs"]["comment"]["needs"] == ["costs"]
    assert told["jobs"]["comment"]["permissions"] == {"pull-requests": "write"}
    assert "services" not in costs


def test_times_are_gated_on_a_machine_of_ones_own_and_never_for_a_fork():
    told = workflow(runner="quiet", postgresql=True)
    times = told["jobs"]["times"]
    assert times["runs-on"] == ["self-hosted", "quiet"] == told["jobs"]["nightly"]["runs-on"]
    assert "head.repo.full_name == github.repository" in times["if"]
    assert told["jobs"]["comment"]["needs"] == ["costs", "times"]
    for job in ("costs", "times", "nightly"):
        assert told["jobs"][job]["services"]["postgres"]["image"] == "postgres:17"
        assert told["jobs"][job]["env"]["LOADLEDGER_POSTGRES"].startswith("postgresql://")
    assert '"loadledger[ab,asv,postgresql]"' in str(told["jobs"]["nightly"])


def test_what_tox_and_asv_install():
    plain = Project(Path("/nowhere"), "shop", "python", "", ("-r", "requirements.txt"))
    for project, deps, skipped in ((PROJECT, "loadledger gunicorn", False), (plain, None, True)):
        files = made("http", project=project)
        tox = configparser.ConfigParser(interpolation=None)
        tox.read_string(files["tox.ini"])
        assert tox["testenv:load"]["commands"].split() == ["suite", "run", "{posargs:load_shop.py}"]
        words = tox["testenv:costs"]["deps"].split()
        assert words == (deps or "loadledger gunicorn -r requirements.txt").split()
        assert ("skip_install" in tox["testenv:load"]) == skipped
        asv = re.sub(r"^ *//.*$", "", files["asv.conf.json"], flags=re.M)
        (line,) = yaml.safe_load(asv)["install_command"]
        brought = "-r requirements.txt" if skipped else "."
        assert line == f"in-dir={{build_dir}} python -m pip install --quiet {brought} loadledger gunicorn"


def test_all_install_loadledger_from_where_it_was_installed_here():
    files = made("http", origin="git+https://host/l@3f2a")
    assert "\n    loadledger @ git+https://host/l@3f2a\n" in files["tox.ini"]
    assert "--quiet . 'loadledger @ git+https://host/l@3f2a' gunicorn\"" in files["asv.conf.json"]
    assert '"loadledger[ab,asv] @ git+https://host/l@3f2a"' in files[".github/workflows/load.yml"]


def test_benchmarks_have_the_load_file_of_the_commit_that_is_measured(tmp_path, monkeypatch):
    monkeypatch.setenv("ASV_ENV_DIR", str(tmp_path))
    text = made("http")["benchmarks/shop.py"]
    names: dict = {"__name__": "benchmarks.shop", "__file__": "/elsewhere/benchmarks/shop.py"}
    exec(compile(text, "shop.py", "exec"), names)
    costs = names["LatencyCosts"]()
    costs.count = [].append
    assert costs.setup_cache() == {}  # a commit from before there was one
    load = tmp_path / "project" / "load_shop.py"
    load.parent.mkdir()
    load.touch()
    costs.count = lambda name: {"counted": name}
    assert costs.setup_cache() == {"counted": f"{load}::shop/latency"}
    assert workload_of("shop.LatencyCosts.track_cost_calls", text) == "shop/latency"
    assert "Leaks" not in made("remote")["benchmarks/shop.py"]
    assert "benchmarks/shop_memory.py" in made("http", "memory")


@pytest.mark.parametrize(
    ("kind", "template", "how", "says"),
    [
        ("dicom", "memory", {}, "of what runs elsewhere no memory is known"),
        ("class", "latency", {"postgresql": True}, "--postgresql is for what a command starts"),
        ("http", "latency", {"runner": "a b"}, "one label of a self-hosted runner"),
    ],
)
def test_what_makes_no_sense(kind, template, how, says):
    with pytest.raises(ConfigurationError, match=re.escape(says)):
        made(kind, template, **how)
