"""Which frame a stack is known by, and what its file is called."""

from pathlib import Path

import pytest

from suite.leaks.site import Kind, Sites
from suite.records.leak import Frame

LIB = "/usr/lib/python3.12"
PACKAGES = "/srv/env/lib/python3.12/site-packages"
USER = ("handler", "/home/me/shop/app.py", 3)
RUN = ("<module>", "/home/me/shop/main.py", 9)
PARSE = ("parse", f"{PACKAGES}/pydicom/reader.py", 7)
SERVE = ("data_received", f"{PACKAGES}/uvicorn/http.py", 8)
DECODE = ("raw_decode", f"{LIB}/json/decoder.py", 353)
IMPORT = ("_call_with_frames_removed", "<frozen importlib._bootstrap>", 241)
LOOP = ("_run_once", f"{LIB}/asyncio/base_events.py", 1900)
THREAD = ("_bootstrap", f"{LIB}/threading.py", 1002)
TRACER = ("__enter__", f"{PACKAGES}/memray/tracker.py", 5)
AGENT = ("_serve", "/home/me/loadledger/suite/process/injected/loadledger_agent/desk.py", 80)
INIT = ("__init__", "<string>", 2)


@pytest.mark.parametrize(
    ("stack", "known"),
    [
        ([USER], USER),
        ([DECODE, PARSE, USER, RUN], USER),  # what the user's code asked for is its own
        ([DECODE, PARSE, SERVE, LOOP, RUN], PARSE),  # but not what its event loop runs
        ([DECODE, LOOP, RUN], DECODE),
        ([DECODE, THREAD], DECODE),
        ([INIT, USER], USER),
        ([INIT], INIT),
        ([IMPORT, USER], USER),
        ([AGENT, THREAD], THREAD),
        ([TRACER, AGENT], None),
        ([IMPORT], None),
        ([], None),
    ],
)
def test_the_innermost_frame_of_whoever_can_mend_it(stack, known):
    assert Sites().of(stack) == known


@pytest.mark.parametrize(
    ("file", "roots", "placed"),
    [
        ("/home/me/shop/app.py", [], (Kind.user, "/home/me/shop/app.py")),
        ("/home/me/shop/app.py", ["/home/me/shop"], (Kind.user, "app.py")),
        # The outer root: an app.py beside it and one inside stay two.
        ("/home/me/shop/tests/app.py", ["/home/me/shop/tests", "/home/me/shop"], (Kind.user, "tests/app.py")),
        ("/home/me/shop/app.py", ["/"], (Kind.user, "/home/me/shop/app.py")),
        ("/home/me/shop2/app.py", ["/home/me/shop"], (Kind.user, "/home/me/shop2/app.py")),
        (f"{PACKAGES}/a/b.py", ["/srv"], (Kind.library, "site-packages/a/b.py")),
        ("/usr/lib/python3/dist-packages/a.py", [], (Kind.library, "site-packages/a.py")),
        (f"{PACKAGES}/mine/b.py", [f"{PACKAGES}/mine"], (Kind.user, "b.py")),
        (f"{LIB}/json/decoder.py", [], (Kind.standard, "stdlib/json/decoder.py")),
        ("/opt/x/lib/python3.13t/queue.py", ["/opt/x"], (Kind.standard, "stdlib/queue.py")),
        ("<frozen posixpath>", [], (Kind.standard, "<frozen posixpath>")),
        ("<string>", [], (Kind.generated, "<string>")),
        ("app.py", ["/home/me"], (Kind.user, "app.py")),
    ],
)
def test_files_are_called_what_other_machines_call_them(file, roots, placed):
    assert Sites([Path(root) for root in roots]).place(file) == placed


def test_a_frame_keeps_function_and_line():
    assert Sites([Path("/home/me")]).frame(USER) == Frame("handler", "shop/app.py", 3)
