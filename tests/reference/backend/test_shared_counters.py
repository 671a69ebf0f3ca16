"""Counters that all processes of a backend share."""

import multiprocessing

import pytest

from suite.reference.backend import shared_counters as counters
from suite.reference.backend.shared_counters import SharedCounters


def _elsewhere(folder, pipe):
    found = SharedCounters(folder)
    found.add("asked_total", 2)
    found.set("level", 5)
    pipe.send("counted")
    pipe.recv()


def test_what_processes_count_is_added_up_and_levels_end_with_their_process(tmp_path):
    ours = SharedCounters(tmp_path)
    ours.add("asked_total")
    ours.set("level", 1)
    here, there = multiprocessing.Pipe()
    other = multiprocessing.get_context("fork").Process(target=_elsewhere, args=(tmp_path, there))
    other.start()
    here.recv()
    assert ours.sums() == {"asked_total": 3, "level": 6}
    assert ours.processes() == 2
    here.send("go")
    other.join()
    assert ours.sums() == {"asked_total": 3, "level": 1}
    assert ours.processes() == 1


def test_more_names_than_there_is_room_for_share_one(tmp_path, monkeypatch):
    monkeypatch.setattr(counters, "_MOST", 4)
    found = SharedCounters(tmp_path)
    for number in range(6):
        found.add(f'asked_total{{n="{number}"}}')
    assert sum(found.sums().values()) == 6
    assert found.sums()["uncounted_total"] == 3


@pytest.mark.parametrize("name", ["a" * 300, "größe_total"])
def test_a_name_may_be_long_or_no_ascii(tmp_path, name):
    found = SharedCounters(tmp_path)
    found.add(name)
    assert list(found.sums()) == [name[:120]]
