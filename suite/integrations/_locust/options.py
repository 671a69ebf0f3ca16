"""What Locust was told that decides whether somebody is asked first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from suite.contract.remote import Remote, elsewhere
from suite.foreign_text import clean
from suite.integrations._locust.selected import selected
from suite.report.terminal.asking import SentLoad, sent_by_locust
from suite.report.words import plan_words


@dataclass(frozen=True, slots=True)
class LocustOptions:
    """`users` for so many `seconds`; None where the web UI says it, or nobody.

    `yes`: the `host` may be loaded. A `locustfile` is somebody's own, on Locust's clients.
    """

    host: str | None = None
    users: int | None = None
    seconds: float | None = None
    yes: bool = False
    locustfile: str | None = None

    def sent_load(self, targets: Sequence[str]) -> Iterator[SentLoad]:
        """What load would go to what runs already. Raises ConfigurationError."""
        if self.locustfile is None:
            yield from sent_by_locust(selected(targets, self.host), self.users, self.seconds)
        elif self.host:
            system = Remote(self.host)
            plan = {"loop": "closed", "engine": "locust", "users": self.users, "seconds": self.seconds}
            until = "" if self.seconds else ", until it is stopped"
            line = clean(f"{self.locustfile}: {plan_words(plan)}{until}")
            place = f"{system.target.host}:{system.target.port}"
            yield SentLoad(place, elsewhere(system) is not None, line)
