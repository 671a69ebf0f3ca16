"""Virtual users of the backend: who reads, who uploads, who keeps the database busy, a whole therapist."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any

from suite import Rejected, User, operation
from suite.clients import Http
from suite.data.audio import audio
from suite.reference.api.seeding import PASSWORD

_POLL = 0.05
"""Seconds between two looks at a note."""
_CLIPS = 4


class NoConnectionFree(Rejected):
    """The backend's database pool was exhausted, and it said so."""


@lru_cache(2 * _CLIPS)
def clip(number: int, seconds: float) -> bytes:
    """One of some recordings that all users of a process share."""
    return audio(number % _CLIPS, seconds)


class ApiUser(User):
    """Base: a connection, and an account for each request."""

    http: Http

    async def connect(self, system: Any) -> None:
        """Open a connection."""
        self.http = await Http.connect(system.url)
        self.number = self.random.randrange(len(self.prepared["tokens"])) if self.prepared else 0

    def turn(self) -> dict[str, str]:
        """The headers of the next account: they take turns, so that no rate limit is met."""
        self.number = (self.number + 1) % len(self.prepared["tokens"])
        return self.authorization(self.prepared["tokens"][self.number])

    def authorization(self, token: str) -> dict[str, str]:
        """The header that says who asks."""
        return {"authorization": f"Bearer {token}"}

    def own(self, kind: str) -> int:
        """One of the current account's own `patients` or `sessions`."""
        return int(self.random.choice(self.prepared[kind][self.number]))


class Prober(ApiUser):
    """Asks whether the backend is alive."""

    @operation(tags={"health"})
    async def health(self) -> None:
        """One probe."""
        await self.http.get("/health", expect=200)


class Reader(ApiUser):
    """Lists and reads, each time as another therapist."""

    @operation(weight=5, tags={"read"})
    async def list_sessions(self) -> None:
        """The latest sessions."""
        await self.http.get("/sessions?size=20", headers=self.turn(), expect=200, rejected=429)

    @operation(weight=4, tags={"read"})
    async def read_session(self) -> None:
        """One session."""
        headers, key = self.turn(), self.own("sessions")
        answer = await self.http.get(f"/sessions/{key}", headers=headers, expect=200, rejected=429)
        assert answer.json()["id"] == key, f"session {answer.json()['id']} instead of {key}"

    @operation(weight=1, tags={"read"})
    async def list_patients(self) -> None:
        """The first page of patients."""
        await self.http.get("/patients", headers=self.turn(), expect=200, rejected=429)


class Uploader(ApiUser):
    """Uploads recordings of `audio_seconds` (parameter)."""

    @operation(tags={"upload"})
    async def upload(self) -> None:
        """One recording."""
        headers, key = self.turn(), self.own("sessions")
        recording = clip(self.index, self.parameters["audio_seconds"])
        answer = await self.http.post(
            f"/sessions/{key}/audio",
            files={"audio": ("session.wav", recording, "audio/wav")},
            headers=headers,
            expect=201,
            rejected=429,
        )
        assert answer.json()["bytes"] == len(recording), f"{answer.json()['bytes']} bytes were kept"


class DatabaseUser(ApiUser):
    """Keeps database connections busy; that there was none is a class of its own."""

    @operation(weight=4, tags={"db_pool", "read"})
    async def caseload(self) -> None:
        """A summary that takes many queries."""
        await self._asked("GET", "/caseload", 200)

    @operation(weight=1, tags={"db_pool", "write"})
    async def add_session(self) -> None:
        """One more session."""
        await self._asked("POST", "/sessions", 201)

    async def _asked(self, method: str, path: str, wanted: int) -> None:
        headers = self.turn()
        new = {"patient_id": self.own("patients"), "started_at": 1_720_000_000, "minutes": 50}
        content = new if method == "POST" else None
        answer = await self.http.request(
            method, path, json=content, headers=headers, expect=(wanted, 503), rejected=429
        )
        if answer.status == 503:
            told = answer.json()
            assert told["error"] == "pool_exhausted", f"503 {told}"
            raise NoConnectionFree(told["message"])


class Therapist(ApiUser):
    """A therapist at work: reads, writes, uploads a recording now and then, has a note made of it."""

    uploaded: tuple[int, dict[str, str]] | None = None
    """The session that has a recording now, and whose it is."""

    async def connect(self, system: Any) -> None:
        """Log in."""
        await super().connect(system)
        self.number = self.index % len(self.prepared["emails"])
        login = {"email": self.prepared["emails"][self.number], "password": PASSWORD}
        answer = await self.http.post("/login", json=login, expect=200, rejected=429)
        self.headers = self.authorization(answer.json()["token"])

    def begin(self) -> dict[str, str]:
        """Whose next operation it is."""
        return self.headers

    @operation(weight=10, tags={"read"})
    async def list_sessions(self) -> None:
        """The latest sessions."""
        await self._get("/sessions?size=20", self.begin())

    @operation(weight=8, tags={"read"})
    async def read_session(self) -> None:
        """One session."""
        headers = self.begin()
        await self._get(f"/sessions/{self.own('sessions')}", headers)

    @operation(weight=3, tags={"read"})
    async def list_patients(self) -> None:
        """The first page of patients."""
        await self._get("/patients", self.begin())

    @operation(weight=3, tags={"write"})
    async def add_session(self) -> None:
        """A session that took place."""
        headers = self.begin()
        new = {
            "patient_id": self.own("patients"), "started_at": 1_720_000_000, "minutes": 50,
            "summary": "Slept better, talked about the week.",
        }  # fmt: skip
        await self.http.post("/sessions", json=new, headers=headers, expect=201, rejected=429)

    @operation(weight=1, tags={"upload"})
    async def upload(self) -> None:
        """A recording of `audio_seconds` (parameter)."""
        headers = self.begin()
        key = self.own("sessions")
        files = {"audio": ("session.wav", clip(self.index, self.parameters["audio_seconds"]), "audio/wav")}
        path = f"/sessions/{key}/audio"
        await self.http.post(path, files=files, headers=headers, expect=201, rejected=429)
        self.uploaded = key, headers

    @operation(weight=1, tags={"extract"})
    async def extract(self) -> None:
        """Have a note made, and wait for it."""
        if self.uploaded is None:
            await self.upload()
        assert self.uploaded is not None
        key, headers = self.uploaded
        path = f"/sessions/{key}/notes"
        answer = await self.http.post(path, headers=headers, expect=202, rejected=(429, 503))
        while answer.json()["state"] in ("queued", "running"):
            await asyncio.sleep(_POLL)
            answer = await self._get(f"/notes/{answer.json()['id']}", headers)
        assert answer.json()["state"] == "done", answer.text

    @operation(weight=2, tags={"health"})
    async def health(self) -> None:
        """What the page asks in the background."""
        await self.http.get("/health", expect=200)

    async def _get(self, path: str, headers: dict[str, str]) -> Any:
        return await self.http.get(path, headers=headers, expect=200, rejected=429)


class Locum(Therapist):
    """Stands in for all therapists, one after the other: at any rate nobody's limit is met."""

    async def connect(self, system: Any) -> None:
        """Open a connection."""
        await ApiUser.connect(self, system)

    def begin(self) -> dict[str, str]:
        """The next one's."""
        return self.turn()
