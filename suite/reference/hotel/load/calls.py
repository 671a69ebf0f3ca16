"""Loads of calls: made, living, heard, spoken to, routed, and all of it together."""

from __future__ import annotations

from suite import closed_loop
from suite.reference.backend.checks import none_failed
from suite.reference.hotel.categories import CALLS
from suite.reference.hotel.load.audio_users import SpeechUser, Talker
from suite.reference.hotel.load.backend import ERRORS, within, workload
from suite.reference.hotel.load.call_users import CallLife, Dialler, SwitchboardOperator
from suite.reference.hotel.load.checks import (
    no_line_is_booked_twice,
    no_line_is_left_behind,
    none_broke,
    what_was_acknowledged_is_stored,
)

_AUDIO = {"frames": 25, "pause": 0.02}


_SOUND = [none_failed, what_was_acknowledged_is_stored]
_ROUTED = [none_broke, no_line_is_booked_twice, no_line_is_left_behind, what_was_acknowledged_is_stored]

creation = workload(
    CALLS,
    "call-creation",
    Dialler,
    "fifty who call, again and again; is there a leak: suite leaks hotel/call-creation",
    loop=closed_loop(users=50, seconds=10, warmup=1),
    quick=closed_loop(users=20, operations=220, warmup=20),
    thresholds=[within("response.p95", "200ms", "500ms", "2s"), ERRORS],
    checks=_SOUND,
)

events = workload(
    CALLS,
    "call-events",
    CallLife,
    "calls through all that happens in one; an event that is told twice is refused",
    loop=closed_loop(users=30, seconds=10, warmup=1),
    quick=closed_loop(users=10, operations=45, warmup=5),
    thresholds=[within("response.p95@event", "200ms", "500ms", "2s"), ERRORS],
    checks=_SOUND,
)

audio = workload(
    CALLS,
    "call-audio",
    Talker,
    "calls whose two sides talk at once, 20 ms a frame, over WebSockets",
    loop=closed_loop(users=20, seconds=10, warmup=1),
    quick=closed_loop(users=6, operations=12),
    parameters=_AUDIO,
    thresholds=[within("response.p95@hear", "20ms", "50ms", "150ms"), ERRORS],
    checks=_SOUND,
)

speech = workload(
    CALLS,
    "call-speech",
    SpeechUser,
    "texts that are spoken, by tones, while they come: until the first audio",
    loop=closed_loop(users=20, seconds=10, warmup=1),
    quick=closed_loop(users=8, operations=210, warmup=16),
    thresholds=[
        within("first.p95", "200ms", "500ms", "1s"),
        within("response.p95", "500ms", "2s", "5s"),
        ERRORS,
    ],
    checks=_SOUND,
)

routing = workload(
    CALLS,
    "call-routing",
    SwitchboardOperator,
    "more calls than desks, routed to one that is free, transferred to rooms: no line has two",
    loop=closed_loop(users=60, seconds=10, warmup=1),
    quick=closed_loop(users=45, operations=110),
    thresholds=[within("response.p90@route", "500ms", "1s", "2s"), ERRORS],
    checks=_ROUTED,
)

mixed = workload(
    CALLS,
    "call-mixed",
    {Dialler: 4, CallLife: 2, Talker: 1, SpeechUser: 3, SwitchboardOperator: 2},
    "all of these beside each other",
    loop=closed_loop(users=36, seconds=20, warmup=2),
    quick=closed_loop(users=12, operations=110),
    parameters=_AUDIO | {"frames": 10},
    thresholds=[within("response.p90", "1s", "2s", "5s"), ERRORS],
    checks=_ROUTED,
)
