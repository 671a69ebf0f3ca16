"""What leads a call from one state to the next."""

from itertools import accumulate

import pytest

from suite.reference.hotel.call_states import after

KINDS = ("started", "answered", "held", "resumed", "ended")


def test_a_call_lives_through_its_states():
    states = accumulate(KINDS, after, initial="created")
    assert list(states) == ["created", "ringing", "talking", "held", "talking", "ended"]


@pytest.mark.parametrize("state", ["created", "ringing", "talking", "held"])
def test_it_can_end_at_any_time(state):
    assert after(state, "ended") == "ended"


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("created", "answered"),
        ("ringing", "held"),
        ("talking", "started"),
        ("held", "answered"),
        ("x", "ended"),
    ]
    + [("ended", kind) for kind in KINDS],
)
def test_anything_else_is_nothing(state, kind):
    assert after(state, kind) is None
