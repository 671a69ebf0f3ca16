"""What all parties of one workload have told, by party: put together, it is a Run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.errors import StoreError
from suite.formats.structure import load
from suite.integrations._locust.message import Form, named, number, or_nothing, said
from suite.measure.tally import Tally
from suite.records.run import Round

_DELTA: Mapping[str, Form] = {
    "tally": named,
    "since": number,
    "until": number,
    "had_users": lambda value: isinstance(value, bool),
    "share": or_nothing(named),
}


class Collection:
    """Sums up what parties add, so that what one told holds whatever becomes of it."""

    def __init__(self) -> None:
        self._tallies: dict[str, Tally] = {}
        self._times: dict[str, tuple[float, float]] = {}
        self._shares: dict[str, Mapping[str, Any]] = {}
        self._loaded: set[str] = set()
        self.clocks: Mapping[str, float] = {}

    def add(self, party: str, delta: Mapping[str, Any]) -> None:
        """Add what `party` told since the last time. Raises StoreError, and adds nothing, if that makes no
        sense.
        """
        try:
            told = said(delta, _DELTA)
        except ValueError as error:
            raise StoreError(f"what a party told can't be read: {error}") from error
        tally = Tally.unpack(told["tally"])
        if told["share"] is not None:
            load(Round, told["share"])
        self._tallies[party] = Tally.merged([self._tallies.get(party, Tally()), tally])
        if told["had_users"]:
            self._loaded.add(party)
        if told["since"] and party in self._loaded:
            self._times[party] = (float(told["since"]), float(told["until"]))
        if told["share"] is not None:
            self._shares[party] = told["share"]

    def emptied(self) -> Collection:
        """A new one, of which users were there before."""
        found = Collection()
        found._loaded = self._loaded
        return found

    @property
    def workers(self) -> int:
        """Parties that had users."""
        return len(self._loaded)

    def told(self, party: str) -> bool:
        """Whether `party` has told its last."""
        return party in self._shares

    def document(self) -> dict[str, Any]:
        """All of it as plain data; parties that never told their last are `lost`, after so
        many seconds."""
        since = min((since for since, _ in self._times.values()), default=0.0)
        until = max((until for _, until in self._times.values()), default=0.0)
        return {
            "tally": Tally.merged(self._tallies.values()).pack(),
            "seconds": until - since,
            "shares": self._shares,
            "clocks": self.clocks,
            "lost": {
                party: max(self._times.get(party, (since, since))[1] - since, 0.0)
                for party in self._tallies
                if party not in self._shares
            },
        }
