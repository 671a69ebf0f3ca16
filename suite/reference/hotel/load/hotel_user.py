"""Base of who asks the hotel's backend."""

from __future__ import annotations

from typing import Any, ClassVar

from suite import Rejected, User
from suite.clients import Http


class HotelUser(User):
    """A connection, with the API key of `role` in each request, if it has one."""

    role: ClassVar[str | None] = "agent"
    http: Http

    async def connect(self, system: Any) -> None:
        """Open a connection."""
        self.url = system.url
        self.headers = self.key_of(self.role) if self.role else {}
        self.http = await Http.connect(system.url, headers=self.headers)

    def key_of(self, role: str) -> dict[str, str]:
        """The header with an API key of `role`."""
        return {"x-api-key": self.prepared["keys"][role]}

    async def ask(
        self, method: str, path: str, json: Any = None, *, expect: int = 200, refused: int | None = None
    ) -> Any:
        """What is answered; None for the status `refused`.

        That all of something is in use, and said so by 503 and a word for it, is Rejected.
        """
        statuses = (expect, 503) if refused is None else (expect, refused, 503)
        answer = await self.http.request(method, path, json=json, expect=statuses)
        if answer.status == 503:
            told = answer.json()
            assert told["error"] in ("desks_busy", "pool_exhausted"), f"503 {told}"
            raise Rejected(told["error"])
        return answer.json() if answer.status == expect and answer.body else None
