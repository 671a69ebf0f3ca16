"""`suite locust`: what is its own and what is Locust's."""

import json
import os

import pytest

from suite.commands import locust


@pytest.fixture
def became(monkeypatch):
    """What the process would have become: its words, and what it was told to run."""
    seen = []
    monkeypatch.setattr(os, "execv", lambda program, words: seen.append((program, words)))
    monkeypatch.setenv("LOADLEDGER_LOCUST", "")
    return seen


def test_workloads_come_first_and_the_rest_is_locusts(became):
    locust.command(["dicom", "load_shop.py", "--users", "50", "--headless", "-t", "30s"])
    ((_, words),) = became
    assert json.loads(os.environ["LOADLEDGER_LOCUST"]) == ["dicom", "load_shop.py"]
    assert words[-4:] == ["50", "--headless", "-t", "30s"]


def test_nothing_to_run_is_said(command):
    said = command("locust", "--headless")
    assert said.code == 2
    assert said.complaints == ["suite: suite locust wants workloads, before the options of Locust"]


def test_without_locust_its_extra_is_named(command, monkeypatch):
    monkeypatch.setattr("suite.errors.find_spec", lambda name: None)
    said = command("locust", "dicom")
    assert said.code == 2
    assert said.complaints == ["suite: locust is not installed; run: pip install 'loadledger[locust]'"]
