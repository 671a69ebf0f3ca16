"""Loads of authentication: passwords, tokens, API keys, sessions, roles, and all of it together."""

from __future__ import annotations

from suite import closed_loop
from suite.reference.backend.checks import none_failed
from suite.reference.hotel.categories import AUTHENTICATION
from suite.reference.hotel.load.backend import ERRORS, backend, within, workload
from suite.reference.hotel.load.checks import no_session_is_left
from suite.reference.hotel.load.seeding import seed
from suite.reference.hotel.load.staff_users import KeyUser, LoginUser, RoleUser, SessionUser, TokenUser

_SHORT = 3
"""Seconds that a session lasts: who leaves one behind is to be seen in the same round."""

login = workload(
    AUTHENTICATION,
    "auth-login",
    LoginUser,
    "passwords, one of ten a wrong one; hashing them takes a core",
    loop=closed_loop(users=10, seconds=10, warmup=1),
    quick=closed_loop(users=6, operations=40),
    thresholds=[within("response.mean", "500ms", "1s", "3s"), ERRORS],
    checks=[none_failed],
)

token = workload(
    AUTHENTICATION,
    "auth-token",
    TokenUser,
    "JWTs, one of ten forged",
    prepare=seed,
    loop=closed_loop(users=30, seconds=10, warmup=1),
    quick=closed_loop(users=10, operations=300, warmup=30),
    thresholds=[within("response.p95", "50ms", "200ms", "1s"), ERRORS],
    checks=[none_failed],
)

key = workload(
    AUTHENTICATION,
    "auth-key",
    KeyUser,
    "API keys, one of ten unknown: those that are known come from the cache",
    loop=closed_loop(users=30, seconds=10, warmup=1),
    quick=closed_loop(users=10, operations=300, warmup=30),
    thresholds=[within("response.p95", "100ms", "300ms", "1s"), ERRORS],
    checks=[none_failed],
)

sessions = workload(
    AUTHENTICATION,
    "auth-sessions",
    SessionUser,
    "sessions begun, used, ended, one of ten left to expire: in the end none is there",
    backend(session_seconds=_SHORT),
    loop=closed_loop(users=20, seconds=10, warmup=1),
    quick=closed_loop(users=8, operations=80),
    thresholds=[within("response.p95@use_session", "50ms", "200ms", "1s"), ERRORS],
    checks=[none_failed, no_session_is_left],
)

roles = workload(
    AUTHENTICATION,
    "auth-roles",
    RoleUser,
    "each role asks for what takes each: who may is served, who may not is told",
    loop=closed_loop(users=20, seconds=10, warmup=1),
    quick=closed_loop(users=8, operations=220, warmup=20),
    thresholds=[within("response.p95", "100ms", "300ms", "1s"), ERRORS],
    checks=[none_failed],
)

everybody = workload(
    AUTHENTICATION,
    "auth-mixed",
    {LoginUser: 1, TokenUser: 5, KeyUser: 5, SessionUser: 2, RoleUser: 2},
    "all of these beside each other",
    backend(session_seconds=_SHORT),
    prepare=seed,
    loop=closed_loop(users=30, seconds=20, warmup=2),
    quick=closed_loop(users=15, seconds=1),
    thresholds=[within("response.p90", "500ms", "1s", "3s"), ERRORS],
    checks=[none_failed, no_session_is_left],
)
