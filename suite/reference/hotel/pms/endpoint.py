"""One server of the property management system: attempts, each behind its breaker, again within a budget."""

from __future__ import annotations

import json
import time
from itertools import count

import aiohttp
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_any,
    wait_random_exponential,
)
from tenacity.stop import stop_base

from suite.reference.hotel.counters import HotelCounters
from suite.reference.hotel.pms.breaker import PmsBreaker, PmsFailing
from suite.reference.hotel.pms.budget import RetryBudget
from suite.reference.hotel.pms.request import PmsReply, PmsRequest
from suite.reference.hotel.pms.settings import PmsSettings
from suite.reference.hotel.pms.wire import DEADLINE

NAMES = ("primary", "second")
_CONNECTIONS = 64
"""To one server."""
_LATE = 408
_FAILING = 500
_LEAST = 0.001
"""Seconds that an attempt has at least: 0 would be no limit."""


class _BudgetSpent(stop_base):
    """Stop where nothing is left of a budget for retries; going on takes one out of it."""

    def __init__(self, budget: RetryBudget) -> None:
        self._budget = budget

    def __call__(self, retry_state: RetryCallState) -> bool:  # noqa: ARG002
        return not self._budget.spend()


class PmsEndpoint:
    """The server at `url`, called `name`, asked through `session`; `budget` is that of all servers together.

    What fails at once is tried again; what is slow is not, since it is likely to be slow again.
    Counted by server: pms_attempts_total, pms_retries_total, pms_failures_total (by kind as well).
    """

    def __init__(
        self,
        name: str,
        url: str,
        session: aiohttp.ClientSession,
        budget: RetryBudget,
        settings: PmsSettings,
        counters: HotelCounters,
    ) -> None:
        self.name = name
        self.breaker = PmsBreaker(name, settings.pms_threshold, settings.pms_rest, counters)
        self._url, self._session = url.rstrip("/"), session
        self._timeout, self._counters = settings.pms_timeout, counters
        self._retrying = AsyncRetrying(
            retry=retry_if_exception(lambda error: isinstance(error, PmsFailing) and error.kind != "slow"),
            stop=stop_any(stop_after_attempt(settings.pms_attempts), _BudgetSpent(budget)),
            wait=wait_random_exponential(multiplier=settings.pms_backoff, max=settings.pms_timeout),
            before_sleep=lambda _: counters.add(f'pms_retries_total{{server="{name}"}}'),
            reraise=True,
        )
        for what in ("attempts", "retries"):
            counters.add(f'pms_{what}_total{{server="{name}"}}', 0)
        for kind in ("slow", "away", "broken"):
            counters.add(f'pms_failures_total{{server="{name}",kind="{kind}"}}', 0)

    async def ask(self, request: PmsRequest, until: float) -> PmsReply:
        """Its answer, before the monotonic second `until`. Raises PmsFailing, BreakerOpen."""
        reply: PmsReply = await self._retrying.copy()(self._attempt, request, until)
        return reply

    async def _attempt(self, request: PmsRequest, until: float) -> PmsReply:
        with self.breaker.guarding():
            try:
                return await self._asked(request, until)
            except PmsFailing as error:
                self._counters.add(f'pms_failures_total{{server="{self.name}",kind="{error.kind}"}}')
                raise

    async def _asked(self, request: PmsRequest, until: float) -> PmsReply:
        self._counters.add(f'pms_attempts_total{{server="{self.name}"}}')
        seconds = max(min(self._timeout, until - time.monotonic()), _LEAST)
        headers = {**request.headers, DEADLINE: f"{time.time() + seconds:.4f}"}
        data = None
        if request.content is not None:
            data = json.dumps(request.content).encode()
            headers["Content-Type"] = "application/json"
        try:
            async with self._session.request(
                request.method,
                self._url + request.path,
                data=data,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=seconds),
            ) as response:
                raw = await response.read()
        except TimeoutError as error:
            raise PmsFailing("slow", f"{self.name} does not answer within {seconds:.3g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise PmsFailing("away", f"{self.name} can't be reached: {error}") from error
        if response.status == _LATE:
            raise PmsFailing("slow", f"{self.name} says that it is too late")
        if response.status >= _FAILING:
            raise PmsFailing("broken", f"{self.name} answers {response.status}")
        try:
            body = json.loads(raw) if raw else None
        except ValueError as error:
            raise PmsFailing("broken", f"{self.name} answers no JSON") from error
        return PmsReply(response.status, body, response.headers)


def endpoints(
    settings: PmsSettings, budget: RetryBudget, counters: HotelCounters
) -> tuple[aiohttp.ClientSession, tuple[PmsEndpoint, ...]]:
    """All servers, and the session that is to be closed in the end. Wants a running loop."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, limit_per_host=_CONNECTIONS, use_dns_cache=True),
        cookie_jar=aiohttp.DummyCookieJar(),
    )
    names = (NAMES[number] if number < len(NAMES) else f"server {number + 1}" for number in count())
    return session, tuple(
        PmsEndpoint(name, url, session, budget, settings, counters)
        for name, url in zip(names, settings.pms, strict=False)
    )
