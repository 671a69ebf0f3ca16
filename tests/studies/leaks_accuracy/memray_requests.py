"""What memray_rule.py has pytest run: requests in the test's own process, by the rules of the plugin.

What the server has before the first request is made outside of the test, and is warm: neither counts. The
connection is closed and cycles are collected before the test ends.
"""

import gc
import json
import os

import pytest
from examples.leaky import behaving

REQUESTS = 200
WARM = 10


@pytest.fixture
def request_():
    request = behaving(**json.loads(os.environ["LEAKY_PARAMETERS"]))
    for _ in range(WARM):
        request([])
    return request


@pytest.mark.limit_leaks(os.environ["LEAKY_LIMIT"])
def test_requests(request_):
    connection = []
    for _ in range(REQUESTS):
        request_(connection)
    connection.clear()
    gc.collect()
