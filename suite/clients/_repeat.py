"""One request again and again over one connection, without a coroutine for each: the cheapest load."""

from __future__ import annotations

import asyncio
from array import array
from dataclasses import dataclass, field
from functools import partial
from time import monotonic_ns

from suite.clients._link import Link
from suite.clients._response import Response
from suite.clients._session import HttpSession
from suite.clients._status import TEXTS, UNANSWERED, Statuses, judged
from suite.clients._verbs import Options
from suite.clients.errors import ClientError
from suite.errors import Rejected


async def repeated(http: HttpSession, times: int, method: str, path: str, options: Options) -> array[int]:
    """See `Http.repeat`."""
    if options.get("timeout") is not None:
        raise ValueError("timeout= is not for repeat; give it to connect")
    encoded = http._encoder.encoded(method, path, options, http._jar)
    repeat = Repeat(http, encoded, method == "HEAD", times, options.get("expect"), options.get("rejected"))
    try:
        while repeat.left > 0:
            link = await http._taken()
            try:
                if http._limited:
                    http._begin(http._limits)
                await repeat.over(link)
            except BaseException:
                link.drop()
                raise
            finally:
                http._busy = False
    finally:
        if http._saw is not None:
            for status, count in repeat.statuses.items():
                for _ in range(count):
                    http._saw(TEXTS[status])
            for _ in range(repeat.asked - sum(repeat.statuses.values())):
                http._saw(UNANSWERED)
    return repeat.durations


@dataclass(slots=True, eq=False)
class Repeat:
    """Stands where a link has the future of one response, and asks again when that comes.

    `done_by` is done when `left` is 0 or the connection has ended in good order, and raises what ends
    it before. `durations` has the nanoseconds of each response.
    """

    _http: HttpSession
    _request: bytes
    _bodiless: bool
    left: int
    _expect: Statuses
    _rejected: Statuses
    _since: int = 0
    asked: int = 0
    _link: Link = field(init=False)
    durations: array[int] = field(default_factory=partial(array, "q"))
    statuses: dict[int, int] = field(default_factory=dict)
    done_by: asyncio.Future[None] = field(init=False)

    def over(self, link: Link) -> asyncio.Future[None]:
        """Go on over `link`."""
        self._link = link
        self.done_by = link.loop.create_future()
        self.again()
        return self.done_by

    def again(self) -> None:
        """Send the request, as the next one of `link`."""
        since = self._since = monotonic_ns()
        self._http._since = since / 1e9
        self.asked += 1
        link = self._link
        link.bodiless = self._bodiless
        link.ask(self._request, self)

    # What a link does with a future.

    def done(self) -> bool:
        return False

    def set_result(self, response: Response) -> None:
        self.durations.append(monotonic_ns() - self._since)
        status = response.status
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.left -= 1
        if status != self._expect:
            try:
                judged(response, self._expect, self._rejected)
            except (ClientError, Rejected) as error:
                self.set_exception(error)
                return
        if not self.left or not self._link.alive:
            if not self.done_by.done():
                self.done_by.set_result(None)
        elif not self.done_by.cancelled():
            self._link.next = self

    def set_exception(self, error: Exception) -> None:
        if not self.done_by.done():
            self.done_by.set_exception(error)
