"""What can be measured with what is installed."""

import os
import stat

from suite.report.reasons import words
from suite.report.terminal.symptoms import remedy
from suite.scaffold import tools


def kinds(found):
    return {one.reason.kind: one for one in found}


def program(folder, text):
    path = folder / "valgrind"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(folder)


def test_valgrind_is_there_is_missing_or_broken(tmp_path):
    assert kinds(tools._valgrind(str(tmp_path)))["valgrind_missing"].severity == "note"
    there = kinds(tools._valgrind(program(tmp_path, "echo valgrind-3.22.0")))
    assert there["valgrind"].reason.figures == {"version": "valgrind-3.22.0"}
    broken = kinds(tools._valgrind(program(tmp_path, "echo no libc6-dbg >&2; exit 1")))["broken_valgrind"]
    assert (broken.severity, broken.reason.figures) == ("warning", {"said": "no libc6-dbg"})


def test_memray_traces_or_says_why_not(monkeypatch):
    assert "memray" in kinds(tools._memray())
    monkeypatch.setattr(tools, "_TRACED", "raise OSError('no unwinder')")
    said = kinds(tools._memray())["broken_memray"]
    assert "no unwinder" in words(said.reason)
    monkeypatch.setattr("sys.executable", os.devnull)
    assert "can't be started" in words(kinds(tools._memray())["broken_memray"].reason)


def test_an_extra_is_told_with_what_it_lacks_and_the_line_that_brings_it():
    asked = [
        "numpy>=1.26",
        'no-such-thing>=2; extra == "moon"',
        'other-such-thing[x]>=2; python_version > "3" and extra == "moon"',
        'pytest>=3; extra == "sun"',
        'loadledger[sun]; extra == "all"',
        'no-such-thing>=2; extra == "all"',
    ]
    (moon,) = tools._extras(asked)
    assert moon.reason.figures == {"extra": "moon", "packages": "no-such-thing, other-such-thing"}
    assert remedy(moon.reason) == "pip install 'loadledger[moon]'"
    assert any('extra == "dicom"' in line for line in tools._required())
