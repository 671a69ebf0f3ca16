"""Call sites of Python's objects: those that made them, whatever freelist they came from."""

import os
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scripts import script

from suite.leaks import objects
from suite.leaks.objects import stacks
from suite.leaks.tracker import QuietMoment, attribute
from suite.process.agent_answers import Changes, EnvironmentChange
from suite.process.injection import injected

SCRIPT = Path(__file__).parent.parent / "support" / "object_leaks.py"
WINDOWS, SIZE = 6, 100
SIZES = {
    "a_dict": 64 + 120 + 24 + 8,
    "a_dict_by_name": 64 + 120 + 24 + 8,
    "a_float": 24 + 8,
    "a_list": 56 + 8 + 8,
    "a_tuple": 56 + 8,
    "some_bytes": 93 + 8,
    "an_instance": 48 + 8,
    "a_node": 40,
    "in_a_child": 64 + 120 + 24 + 8,
}
"""Bytes of one operation, the room in a list included."""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """The call sites of a process and its child, with tracemalloc alone."""
    folder = tmp_path_factory.mktemp("objects")
    with injected(folder / "agents", "objects") as agents, script(folder, SCRIPT.read_text()) as process:
        assert process.says() == "ready"
        pids = [process.pid, int(process.says())]
        marks = []
        for window in range(-1, WINDOWS + 1):  # two to warm up: the cache is full by then
            process.go_on()
            assert process.says() == "done"
            if window < 0:
                continue
            assert not [answer for answer in agents.mark(pids, 60).values() if isinstance(answer, str)]
            marks.append(QuietMoment(time.time(), SIZE))
        changes = agents.objects()
        assert sorted(changes) == sorted(pids)
        made = stacks(changes, [mark.at for mark in marks])
        return attribute({}, marks, growth=5000.0, roots=[folder], objects=made)


@pytest.mark.exhaustive
def test_each_leak_is_named_and_nothing_else(found):
    """No cache that is full, not the code that found a freelist empty because of a leak."""
    named = {suspect.function for suspect in found.suspects}
    assert named - {"waits", "_run"} == {*SIZES, "a_task"}  # a task is in parts
    assert {suspect.file for suspect in found.suspects if suspect.function != "_run"} == {"script.py"}


@pytest.mark.exhaustive
@pytest.mark.parametrize("function", SIZES)
def test_the_growth_is_that_of_the_object_and_what_it_holds(found, function):
    (suspect,) = (suspect for suspect in found.suspects if suspect.function == function)
    assert suspect.bytes_per_operation == pytest.approx(SIZES[function], rel=0.1, abs=4)
    assert suspect.stack[0].function == function
    outer = "child" if function == "in_a_child" else "main"
    assert outer in [frame.function for frame in suspect.stack]


@pytest.mark.exhaustive
def test_what_objects_explain_is_not_unattributed(found):
    assert sum(suspect.share for suspect in found.suspects) == pytest.approx(1)
    known = sum(suspect.bytes_per_operation for suspect in found.suspects)
    assert 0 < found.unattributed < 5000 - known
    assert found.notes == ()


def changed(at, *changes):
    return Changes(at, tuple(EnvironmentChange(*change) for change in changes))


HERE, THERE = (("/app.py", 3), ("/main.py", 1)), (("/app.py", 4),)


def test_changes_sum_up_to_levels():
    marks = [changed(1.9, (100, 1, 112, HERE)), changed(2.9, (-40, -1, -48, HERE), (7, 1, 16, THERE))]
    here, there = stacks({1: marks}, [1.0, 2.0, 3.0])
    assert here.levels.tolist() == [[0, 100, 60], [0, 1, 0], [0, 112, 64]]
    assert there.levels.tolist() == [[0, 0, 7], [0, 0, 1], [0, 0, 16]]
    assert here.python == (("<line 3>", "/app.py", 3), ("<line 1>", "/main.py", 1))
    assert here.pythonic


def test_a_process_that_ended_holds_nothing():
    lives = [changed(at, (10, 1, 16, HERE)) for at in (0.9, 1.9, 2.9, 3.9)]
    one, other = stacks({1: lives, 2: lives[:2]}, [1.0, 2.0, 3.0, 4.0])
    assert one.levels[0].tolist() == [10, 20, 30, 40]
    assert other.levels[0].tolist() == [10, 20, 0, 0]


def test_what_comes_after_the_last_mark_or_does_not_last_is_left_out():
    assert stacks({1: [changed(5.0, (10, 1, 16, HERE))], 2: []}, [1.0, 2.0]) == ()
    steady = [changed(0.5, (10, 1, 16, HERE)), changed(1.5)]
    assert stacks({1: steady}, [1.0, 2.0]) == ()


def test_no_python_code_is_no_frame():
    (found,) = stacks({1: [changed(1.5, (10, 1, 16, (("<unknown>", 0),)))]}, [1.0, 2.0])
    assert found.python == ()


amounts = st.lists(st.tuples(*[st.integers(-999, 999)] * 3), min_size=1, max_size=8)


@given(amounts, st.lists(st.booleans(), min_size=8, max_size=8))
def test_levels_are_the_sums_of_what_was_answered(values, answered):
    """A mark that was not answered is made up for by the next that is."""
    moments = list(range(len(values)))
    lines, due = [], np.zeros(3)
    expected = np.zeros((3, len(values)))
    for at, value in enumerate(values):
        due += value
        expected[:, at] = expected[:, at - 1] if at else 0
        if answered[at]:
            lines.append(changed(at - 0.5, (*due, HERE)))
            expected[:, at] += due
            due = np.zeros(3)
    last = max((at for at in moments if answered[at]), default=-1)
    expected[:, last + 1 :] = 0
    found = stacks({1: lines}, moments)
    levels = found[0].levels if found else np.zeros_like(expected)
    if found or (expected[0] != expected[0, 0]).any():
        assert levels.tolist() == expected.tolist()


SOURCE = '''
"""Module."""
import functools                               # <module>


@functools.cache                               # <module>
def plain(first,                               # plain
          second=lambda: 1):                   # plain
    """Doc."""
    def inner():                               # plain
        return 1                               # inner
    found = sorted(first, key=lambda x: x)     # plain
    return [each                               # plain
            for each in found]                 # plain


class Shop:                                    # Shop
    items = []                                 # Shop

    async def items(self):                     # items
        return {                               # items
            "a": 1}                            # items

    def one(self): return 1                    # one


kept = lambda: [                               # <lambda>
    1]                                         # <lambda>
last = 1                                       # <module>


def outer():                                   # outer
    return functools.partial(lambda: (         # outer
        1, 2))                                 # <lambda>
'''


def test_names_are_those_of_what_encloses_the_line(tmp_path):
    path = tmp_path / "source.py"
    path.write_text(SOURCE)
    functions = objects._Functions()
    for number, line in enumerate(SOURCE.splitlines(), 1):
        if "  # " in line:
            assert functions.of(str(path), number) == line.rpartition("# ")[2], line
    assert functions.of(str(path), 1000) == "<line 1000>"


@pytest.mark.parametrize(
    "content", [None, b"def (", b"\0", b"# coding: none-such\n", b"\xff\xfe\xfd", b"(" * 5000]
)
def test_without_readable_source_a_line_is_a_number(tmp_path, content):
    path = tmp_path / "source.py"
    if content is not None:
        path.write_bytes(content)
    assert objects._Functions().of(str(path), 7) == "<line 7>"


def test_a_program_without_files_is_named_by_its_lines(tmp_path):
    text = textwrap.dedent(
        """
        import sys
        exec(compile('''
        KEPT = []
        def keeps():
            KEPT.append({})
        ''', "<string>", "exec"))
        print("ready", flush=True)
        for _ in sys.stdin:
            for _ in range(100):
                keeps()
            print("done", flush=True)
        """
    )
    with injected(tmp_path / "agents", "objects") as agents, script(tmp_path, text) as process:
        assert process.says() == "ready"
        moments = []
        for _ in range(2):
            agents.mark([process.pid], 60)
            moments.append(time.time())
            process.go_on()
            assert process.says() == "done"
        agents.mark([process.pid], 60)
        moments.append(time.time())
        found = [one for one in stacks(agents.objects(), moments) if one.levels[1, -1] >= 200]
    ((name, file, _), caller) = found[0].python
    assert (name, file) == ("<line 4>", "<string>")
    assert caller[0] == "<module>"


@pytest.mark.parametrize("kind", ["pipe", "link to what has no end", "too long a name", "nested"])
def test_a_file_that_a_system_names_is_no_source(tmp_path, kind):
    """A pipe was waited for without end, as a terminal was of a system that ran from /dev/stdin."""
    file = tmp_path / ("x" * 300 if "name" in kind else "x.py")
    if kind == "pipe":
        os.mkfifo(file)
    elif "link" in kind:
        file.symlink_to("/dev/zero")
    elif kind == "nested":
        file.write_text("-" * 100_000 + "1")
    changed = [Changes(1.0, (EnvironmentChange(10, 1, 16, ((str(file), 3),)),))]
    (found,) = stacks({7: changed}, [1.0, 2.0])
    assert found.python == (("<line 3>", str(file), 3),)
