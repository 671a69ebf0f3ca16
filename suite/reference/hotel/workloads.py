"""Load tests of a voice-call backend for hotels: `suite run hotel`."""

from __future__ import annotations

from suite.reference.hotel.load import authentication, calls, databases, memory
from suite.reference.hotel.pms import workloads as pms

CALLS = [calls.creation, calls.events, calls.audio, calls.speech, calls.routing, calls.mixed]
PMS = pms.CONNECTOR
AUTHENTICATION = [
    authentication.login, authentication.token, authentication.key, authentication.sessions,
    authentication.roles, authentication.everybody,
]  # fmt: skip
MEMORY = [memory.waves, memory.pools, memory.audio, memory.garbage]
DATABASES = [*databases.pools, databases.operations, databases.both, databases.consistency]
NETWORK = pms.FAILURES
