"""A backend for all tests of how it answers, and somebody who has an account there."""

import pytest
from support.asking import signed_up

from suite import Server
from suite.reference.api.serving import all_answer, serve


@pytest.fixture(scope="module")
def backend():
    system = Server(
        serve, ready=all_answer, rate_limit=1_000_000, upload_limit=200_000, pool_size=2, pool_overflow=1
    )
    with system:
        yield system


@pytest.fixture(scope="module")
def ada(backend):
    return signed_up(backend.url, "ada")
