"""Loads that look at memory: what grows, what pools and audio take, what collecting garbage costs."""

from __future__ import annotations

from suite import Observe, Threshold, closed_loop, open_loop
from suite.reference.backend.checks import none_failed
from suite.reference.hotel.categories import MEMORY
from suite.reference.hotel.load.audio_users import Monologue, SpeechUser, Talker
from suite.reference.hotel.load.backend import ERRORS, GROWTH, backend, within, workload
from suite.reference.hotel.load.call_users import CallLife, Dialler
from suite.reference.hotel.load.checks import what_was_acknowledged_is_stored
from suite.reference.hotel.load.room_users import RoomUser
from suite.reference.hotel.voice_frame import SIZE

_BUFFER = 100
_LEGS = 20

waves = workload(
    MEMORY,
    "memory",
    {Dialler: 3, CallLife: 1},
    "little, much, little again: what was taken for much is not kept",
    loop=open_loop(stages=[(10, 5), (40, 10), (10, 5)]),
    quick=open_loop(stages=[(10, 0.4), (40, 0.8), (10, 0.4)]),
    thresholds=[GROWTH, ERRORS],
    checks=[none_failed, what_was_acknowledged_is_stored],
)

pools = workload(
    MEMORY,
    "memory-pools",
    RoomUser,
    "fifty database connections, all in use: what they take",
    backend(pool_size=50, pool_overflow=0),
    loop=closed_loop(users=100, seconds=10),
    quick=closed_loop(users=80, operations=160),
    parameters={"rooms": 60},
    observe=Observe("/metrics", only=["db_pool_*"]),
    thresholds=[GROWTH, ERRORS],
    checks=[none_failed],
)

audio = workload(
    MEMORY,
    "memory-audio",
    Monologue,
    "twenty who talk to nobody: what is not heard is kept, up to its buffer, and then let go",
    backend(audio_buffer=_BUFFER),
    loop=closed_loop(users=_LEGS, each=20),
    quick=closed_loop(users=_LEGS, each=1),
    parameters={"frames": 2 * _BUFFER},
    observe=Observe("/metrics", only=["audio_*"]),
    thresholds=[
        Threshold("observed.audio_buffered_bytes.max", critical=_LEGS * _BUFFER * SIZE), GROWTH, ERRORS,
    ],
    checks=[none_failed, what_was_acknowledged_is_stored],
)  # fmt: skip

garbage = workload(
    MEMORY,
    "memory-garbage",
    {CallLife: 3, Talker: 1, SpeechUser: 1},
    "how long collecting garbage stops everything; for its effect: --set freeze=true gc_threshold=50000",
    backend(freeze=False),
    loop=closed_loop(users=15, seconds=15, warmup=1),
    quick=closed_loop(users=10, operations=30),
    parameters={"frames": 10, "pause": 0.02},
    thresholds=[
        within("gc.pause.max", "50ms", "150ms", "500ms"),
        within("gc.pause.per_operation", "1ms", "5ms", "20ms"),
        ERRORS,
    ],
    checks=[none_failed],
)  # fmt: skip
