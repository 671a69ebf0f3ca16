"""Tests on Locust of tests/examples/load_calls.py, and what they keep."""

from support.processes import EXAMPLES

from suite.formats.envelope import read_document

CALLS = f"{EXAMPLES / 'load_calls.py'}::calls/mixed"


def documents(folder):
    return [read_document(path).records[0] for path in sorted(folder.glob("results/runs/*.json"))]
