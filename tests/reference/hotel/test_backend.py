"""The backend as a whole: whatever it is sent has a clear answer, and it says of itself what it did."""

from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings

_EXAMPLES = 60


def test_it_counts_what_it_answers(agent):
    def counted():
        lines = agent("GET", "/metrics").body.splitlines()
        told = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return float(told.get('http_requests_total{method="GET",route="/calls/{key}",status="404"}', 0))

    before = counted()
    for _ in range(3):
        agent("GET", "/calls/2147483647")
    assert counted() - before == 3


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/calls", b'{"caller": "\\ud800"}', 422),
        ("POST", "/calls", b"\xff\xfe", 422),
        ("POST", "/calls", b"[" * 100_000, 400),
        ("POST", "/calls", b'{"caller": NaN}', 422),
        ("GET", "/nothing", None, 404),
        ("PATCH", "/rooms/101", None, 405),
    ],
)
def test_what_makes_no_sense_is_told(agent, method, path, body, status):
    answer = agent(method, path, body=body)
    assert answer.status == status, answer.body
    assert set(answer.body) == {"error", "message"}


@pytest.mark.filterwarnings("default")
@pytest.mark.exhaustive
def test_whatever_it_is_sent_is_no_fault_of_its_own(hotel, agent):
    """Its description is valid, and what that allows, or nearly, is answered: never by 500."""
    import schemathesis  # dear, and needed here only

    schema = schemathesis.openapi.from_url(f"{hotel.url}/openapi.json")
    schema.validate()
    log = hotel.directory / "output.log"
    before, tried = len(log.read_text()), 0

    for found in schema.get_all_operations():
        operation = cast(Any, found).ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=_EXAMPLES, database=None, suppress_health_check=list(HealthCheck))
        def run(case):
            nonlocal tried
            tried += 1
            answer = case.call(headers=agent.headers)
            assert answer.status_code != 500, (case.as_curl_command(), answer.text)

        run()
    assert tried >= _EXAMPLES * 10
    assert "Traceback" not in log.read_text()[before:]
