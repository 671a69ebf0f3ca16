"""Accounts, patients and sessions that a load needs, made in bulk before it starts."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any

from suite import Remote
from suite.reference.api.serving import database_of
from suite.reference.api.settings import SECRET

PASSWORD = "correct horse battery"  # noqa: S105  # of all seeded accounts, so that it is hashed once
PATIENTS = 2
"""Of each account."""
SESSIONS = 3
"""With each patient."""
_SUMMARY = "Slept badly, talked about work and a dream. " * 5
_START = 1_700_000_000
_DAY = 86_400
_TOKEN_SECONDS = 86_400


async def seed(system: Any) -> dict[str, Any]:
    """As many accounts as the system's parameter `accounts` says, each with patients and sessions.

    What users are given: `emails` and `tokens` of the accounts, and the ids of the `patients` and `sessions`
    of each. Nobody can look into the database of a backend that runs elsewhere: there accounts sign up and
    log in over HTTP, as many as its rate limit admits and there is time for.
    """
    if isinstance(system, Remote):
        return _signed_up(system)
    from sqlalchemy.ext.asyncio import create_async_engine

    from suite.reference.api.database_url import async_url
    from suite.reference.api.tokens import issue

    engine = create_async_engine(async_url(database_of(system)))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_fill, system.parameters["accounts"])
            accounts, patients, sessions = await connection.run_sync(_ids)
            await connection.exec_driver_sql("analyze")
    finally:
        await engine.dispose()
    secret = (system.directory / SECRET).read_text()
    return {
        "emails": list(accounts.values()),
        "tokens": [issue(secret, number, _TOKEN_SECONDS) for number in accounts],
        "patients": [patients[number] for number in accounts],
        "sessions": [sessions[number] for number in accounts],
    }


def _fill(connection: Any, count: int) -> None:
    """Two statements fill all but the accounts, however many there are."""
    from sqlalchemy import insert, literal, select, true, union_all

    from suite.reference.api.models import Account, Patient, TherapySession
    from suite.reference.backend.passwords import hashed

    def up_to(number: int) -> Any:
        rows = (select(literal(n).label("n"), literal(f"Patient {n}").label("name")) for n in range(number))
        return union_all(*rows).subquery()

    password = hashed(PASSWORD)
    accounts = [
        {"email": _email(str(number)), "name": f"Therapist {number}", "password": password}
        for number in range(count)
    ]
    connection.execute(insert(Account), accounts)
    each = up_to(PATIENTS)
    patients = select(Account.id, each.c.name).join(each, true())
    connection.execute(insert(Patient).from_select(["therapist_id", "name"], patients))
    each = up_to(SESSIONS)
    sessions = select(
        Patient.therapist_id, Patient.id, _START + each.c.n * _DAY, 30 + each.c.n, literal(_SUMMARY)
    ).join(each, true())
    columns = ["therapist_id", "patient_id", "started_at", "minutes", "summary"]
    connection.execute(insert(TherapySession).from_select(columns, sessions))


def _ids(connection: Any) -> tuple[dict[int, str], dict[int, list[int]], dict[int, list[int]]]:
    """Addresses by account; ids of patients and of sessions by account."""
    from sqlalchemy import select

    from suite.reference.api.models import Account, Patient, TherapySession

    accounts = {row.id: row.email for row in connection.execute(select(Account.id, Account.email))}
    found = []
    for table in (Patient, TherapySession):
        ids: dict[int, list[int]] = {key: [] for key in accounts}
        for therapist, key in connection.execute(select(table.therapist_id, table.id)):
            ids[therapist].append(key)
        found.append(ids)
    return accounts, found[0], found[1]


def _email(name: str) -> str:
    return f"therapist-{name}@example.org"


def _signed_up(system: Any) -> dict[str, Any]:
    """Accounts that sign up, until the backend has had enough of us, or half of the time is over."""
    end = time.monotonic() + system.deadline / 2
    connection = http.client.HTTPConnection(system.host, system.port, timeout=10)
    made: dict[str, list[Any]] = {"emails": [], "tokens": [], "patients": [], "sessions": []}

    def asked(path: str, content: dict[str, Any], token: str = "") -> Any:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        connection.request("POST", path, json.dumps(content), headers)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        assert answer.status in (200, 201, 429), f"POST {path} answered {answer.status}: {body}"
        return body if answer.status != 429 else None

    for number in range(system.parameters["accounts"]):
        login = {"email": _email(f"{system.round}-{number}"), "password": PASSWORD}
        if time.monotonic() > end or asked("/accounts", {**login, "name": f"Therapist {number}"}) is None:
            break
        token = asked("/login", login)["token"]
        patient = asked("/patients", {"name": "Patient 0"}, token)["id"]
        new = {"patient_id": patient, "started_at": _START, "minutes": 50, "summary": _SUMMARY}
        made["emails"].append(login["email"])
        made["tokens"].append(token)
        made["patients"].append([patient])
        made["sessions"].append([asked("/sessions", new, token)["id"]])
    assert made["tokens"], "the backend admits no account: its rate limit is used up"
    return made
