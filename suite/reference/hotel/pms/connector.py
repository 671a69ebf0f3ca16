"""The backend's way to its property management system: several servers, a cache, whatever fails."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from suite.reference.backend.problem import BackendProblem
from suite.reference.hotel.counters import HotelCounters
from suite.reference.hotel.pms.breaker import BreakerOpen, PmsFailing
from suite.reference.hotel.pms.budget import RetryBudget
from suite.reference.hotel.pms.cache import PmsCache
from suite.reference.hotel.pms.request import PmsReply, PmsRequest
from suite.reference.hotel.pms.settings import PmsSettings
from suite.reference.hotel.pms.store import Kind
from suite.reference.hotel.pms.wire import KEY

if TYPE_CHECKING:
    import aiohttp

    from suite.reference.hotel.pms.endpoint import PmsEndpoint

_STATUSES = {"slow": 504, "away": 503, "broken": 502}


class PmsConnector:
    """Asks the servers `settings.pms` in their order; keeps in `redis` below `namespace` what was read.

    Counted: pms_requests_total, pms_failovers_total (answered by another than the first one),
    pms_refusals_total (answered by none), and what PmsEndpoint, PmsBreaker and PmsCache count.
    """

    def __init__(self, settings: PmsSettings, redis: Any, namespace: str, counters: HotelCounters) -> None:
        self._deadline, self._counters = settings.pms_deadline, counters
        self._budget = RetryBudget(settings.pms_budget, settings.pms_reserve)
        self._session: aiohttp.ClientSession | None = None
        self.endpoints: tuple[PmsEndpoint, ...] = ()
        if settings.pms:
            from suite.reference.hotel.pms.endpoint import endpoints  # aiohttp, which takes long to import

            self._session, self.endpoints = endpoints(settings, self._budget, counters)
        self.cache = PmsCache(
            redis, namespace, expiry=settings.pms_expiry, longest=settings.pms_deadline, counters=counters
        )
        for name in ("requests", "failovers", "refusals"):
            counters.add(f"pms_{name}_total", 0)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def find(self, kind: Kind, number: int) -> dict[str, Any]:
        """One record, maybe from the cache. Raises BackendProblem: 404, 502, 503, 504."""
        name = cache_name(kind, number)
        cached = await self.cache.take(name)
        if cached.record is not None:
            return cached.record
        reply = await self.ask(PmsRequest("GET", f"/{kind}/{number}"))
        record: dict[str, Any] | None = reply.body if reply.status == 200 else None
        await self.cache.keep(name, cached.token, record)
        if record is None:
            raise refused(reply)
        return record

    async def write_guest(
        self, number: int, version: int, key: str, fields: dict[str, Any]
    ) -> dict[str, Any]:
        """Change a guest that still has `version`. Raises BackendProblem: 404, 412, 422, 502, 503, 504."""
        headers = {"If-Match": f'"{version}"', KEY: key}
        async with self.cache.writing(cache_name("guests", number)) as write:
            reply = await self.ask(PmsRequest("PUT", f"/guests/{number}", headers, fields))
            record: dict[str, Any] | None = reply.body if reply.status == 200 else None
            write.done(record)
        if record is None:
            raise refused(reply)
        return record

    async def ask(self, request: PmsRequest) -> PmsReply:
        """The answer of the first server that has one; a status below 500.

        Raises BackendProblem where none has: 502 if one is broken, 504 if one is slow, else 503.
        """
        self._counters.add("pms_requests_total")
        self._budget.earn()
        until = time.monotonic() + self._deadline
        failures: list[PmsFailing] = []
        for number, endpoint in enumerate(self.endpoints):
            if time.monotonic() >= until:
                break
            try:
                reply = await endpoint.ask(request, until)
            except PmsFailing as error:
                failures.append(error)
            except BreakerOpen:
                continue
            else:
                if number:
                    self._counters.add("pms_failovers_total")
                return reply
        self._counters.add("pms_refusals_total")
        raise self._away(failures)

    def _away(self, failures: list[PmsFailing]) -> BackendProblem:
        kinds = {failure.kind for failure in failures}
        worst = next((kind for kind in ("broken", "slow") if kind in kinds), "away")
        why = "; ".join(map(str, failures)) or (
            "none of its servers may be asked just now" if self.endpoints else "the backend was given none"
        )
        wait = min((endpoint.breaker.wait() for endpoint in self.endpoints), default=0.0)
        return BackendProblem(
            _STATUSES[worst], f"pms_{worst}", f"the property management system: {why}",
            {"Retry-After": str(max(1, math.ceil(wait)))},
        )  # fmt: skip


def cache_name(kind: Kind, number: int) -> str:
    """What a record is called in the cache."""
    return f"{kind}:{number}"


def refused(reply: PmsReply) -> BackendProblem:
    """What a server refused, as it is told on."""
    body = reply.body if isinstance(reply.body, dict) else {}
    headers = {"ETag": reply.headers["ETag"]} if "ETag" in reply.headers else None
    return BackendProblem(
        reply.status, str(body.get("error", "pms")), str(body.get("message", "refused by the PMS")), headers
    )
