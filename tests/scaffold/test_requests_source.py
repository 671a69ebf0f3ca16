"""Load files from OpenAPI documents, recordings and curl commands: what is written is whole Python."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.config.catalog import from_file
from suite.contract.loop import OpenLoop
from suite.errors import ConfigurationError
from suite.scaffold.curl import read_curl
from suite.scaffold.described import read_requests, requests_subject
from suite.scaffold.literal import literal
from suite.scaffold.load_subject import LoadSubject
from suite.scaffold.project import Project
from suite.scaffold.requests_source import rendered, source_of
from suite.scaffold.sample_request import Parameter, SampleRequest, SampleRequests
from suite.scaffold.texts import TEMPLATES, texts

PROJECT = Project(Path("/nowhere"), "shop", "python", "", ("-e", "."))
LONG = "a note that is long enough for the line to be broken"
CURL = f"""
curl 'http://127.0.0.1:8000/items?limit=10' -H 'Authorization: Bearer abc'
curl http://127.0.0.1:8000/orders --json '{{"item": 7, "note": "{LONG}", "pin": "1234"}}'
curl -X OPTIONS 'http://127.0.0.1:8000/items?api_key=abc'
curl https://other.example/
"""
GOLDEN = f'''
    @operation
    async def get_items(self):
        await self.http.get(
            "/items?limit=10",
            headers={{"authorization": self.parameters["authorization"]}},
        )

    @operation
    async def post_orders(self):
        await self.http.post(
            "/orders",
            json={{
                "item": 7,
                "note": "{LONG}",
                "pin": self.parameters["pin"],
            }},
            headers={{"accept": "application/json"}},
        )

    @operation
    async def options_items(self):
        await self.http.request(
            "OPTIONS",
            f"/items?api_key={{quote(self.parameters['api_key'], safe='')}}",
        )
'''
VISIT = SampleRequests(
    "visit.har",
    "https://shop.example",
    (
        SampleRequest(
            "POST /login", "POST", "/login", json={"password": Parameter("password")}, has_json=True,
            status=200, think=20.5,
        ),
        SampleRequest("GET /me", "GET", "/me", status=304, todo=("the path's part 4711 was id: see there",)),
    ),
    journey=True,
    left=("2 for https://stats.example",),
)  # fmt: skip


def load_file(requests, template="latency", system=None):
    made = texts(PROJECT, requests_subject(requests, system), template)
    return next(iter(made.values()))


def test_a_golden_file():
    found = source_of(read_curl(CURL))
    assert found.body == GOLDEN
    assert found.parameters == ("authorization", "pin", "api_key")
    assert (found.modules, found.quoted, found.journey) == (("os",), True, False)


def test_a_journey_awaits_its_steps_and_pauses():
    text = load_file(VISIT)
    steps = ("await self.post_login()", "await asyncio.sleep(20.5)", "await self.get_me()")
    assert "".join(f"        {step}\n" for step in steps) in text
    assert text.count("@operation(weight=0)") == 2
    assert "        # TODO: the path's part 4711 was id: see there\n" in text
    assert '"/me", expect=200' in text
    assert "    #   2 for https://stats.example\n" in text
    assert "timeout=51," in text


@pytest.mark.parametrize("template", TEMPLATES[::2])
@pytest.mark.parametrize("requests", [read_curl(CURL), VISIT], ids=["curl", "har"])
def test_what_is_written_is_a_load_file(tmp_path, monkeypatch, requests, template):
    monkeypatch.setenv("SHOP_PIN", "4321")
    (tmp_path / "load_shop.py").write_text(load_file(requests, template))
    (found,) = from_file(tmp_path / "load_shop.py")
    workload = found.workload
    assert workload.name == f"shop/{template}"
    assert isinstance(workload.loop, OpenLoop) == (template == "latency")
    assert len(workload.operation_names()) == 3
    assert set(workload.plain_parameters().values()) <= {"***", ""}
    if requests is not VISIT:
        assert str.__str__(workload.parameters["pin"]) == "4321"


@pytest.mark.skipif(shutil.which("ruff", path=str(Path(sys.executable).parent)) is None, reason="no ruff")
@pytest.mark.parametrize("requests", [read_curl(CURL), VISIT], ids=["curl", "har"])
def test_what_is_written_is_formatted(requests):
    ruff = Path(sys.executable).parent / "ruff"
    command = [str(ruff), "format", "--isolated", "--line-length", "110", "--diff", "-"]
    done = subprocess.run(command, input=load_file(requests), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, st.integers(0, 20))
def test_source_means_what_it_was(value, indent):
    text = rendered(value, indent)
    ast.parse(text.strip())
    assert json.dumps(eval(text)) == json.dumps(value)


@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_no_request_breaks_the_file(target, name, value):
    request = SampleRequest(
        name, "POST", "/" + target, ((name, value), (value, Parameter("token"))), text=value, todo=(name,)
    )
    ast.parse("class Visitor:\n" + source_of(SampleRequests("x", "", (request,))).body)


def test_what_is_left_out_stays_a_comment_whatever_stands_in_it():
    made = read_curl("echo 'a\nraise SystemExit'\ncurl http://127.0.0.1:8000/a")
    assert "    #   no curl command: echo 'a raise SystemExit'\n" in load_file(made)


def test_fields_and_files_of_one_name_are_all_sent():
    made = read_curl("curl -F a=1 -F a=2 -F f=@x -F f=@y http://127.0.0.1:8000/a")
    text = source_of(made).body
    assert 'data={"a": ["1", "2"]}' in text
    assert 'files={"f": [("x", b"example"), ("y", b"example")]}' in text


def test_a_document_without_a_server_wants_one():
    nowhere = SampleRequests("Shop", "", VISIT.requests)
    with pytest.raises(ConfigurationError, match="does not say where its server is"):
        requests_subject(nowhere, None)
    there = LoadSubject("http", "./server", command="./server {port}")
    assert "Command(" in load_file(nowhere, system=there)


def test_a_document_that_can_not_be_read(tmp_path):
    with pytest.raises(ConfigurationError, match=r"can't read .*No such file"):
        read_requests(None, tmp_path / "none.har", None)
    with pytest.raises(ConfigurationError, match=r"can't read http://127"):
        read_requests("http://127.0.0.1:1/openapi.json", None, None)
    for url in ("http://127.0.0.1:port/openapi.json", "http://[::1/openapi.json"):
        with pytest.raises(ConfigurationError, match=r"can't read http://"):
            read_requests(url, None, None)
    (tmp_path / "latin").write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(ConfigurationError, match="is not UTF-8"):
        read_requests(None, None, tmp_path / "latin")
    with (tmp_path / "large").open("wb") as file:
        os.truncate(file.fileno(), (64 << 20) + 1)
    with pytest.raises(ConfigurationError, match="is larger than 64 MiB: leave out what is not wanted"):
        read_requests(str(tmp_path / "large"), None, None)


def test_what_is_written_shows_all_that_is_in_it_and_steers_nothing():
    """A NUL made a file that Python does not read, a lone surrogate one that could not be written."""
    odd = 'a\0b\x1b[2Jc\x9bd\u202ee\ud800f\U000e0001g"""\n\\'
    request = SampleRequest(
        "odd", "GET", f"/{odd}", query=((odd, odd), ("p", Parameter("p"))), headers=((odd, odd),),
        json={odd: odd}, has_json=True, todo=(odd,),
    )  # fmt: skip
    requests = SampleRequests(odd, "http://h", (request,), left=(odd,))
    text = load_file(requests)
    text.encode()
    ast.parse(text)
    assert all(one.isprintable() or one == "\n" for one in text)
    value = ast.literal_eval(literal(odd))
    assert value == odd.encode("utf-8", "replace").decode()
