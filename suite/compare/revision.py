"""What is compared: the Runs that a commit, a run's id or a result document stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self, TypeVar

from suite.errors import ConfigurationError, StoreError
from suite.formats.envelope import read_document
from suite.ledger.commits import Commits
from suite.ledger.entry import Entry
from suite.ledger.store import Ambiguous, Ledger
from suite.records.capacity import Capacity
from suite.records.costs import CostBill
from suite.records.provenance import Provenance
from suite.records.record import Record
from suite.records.run import Run
from suite.units import seconds_since_epoch

_T = TypeVar("_T", bound=Provenance)
_COMPARED = (Run.KIND, Capacity.KIND, CostBill.KIND)
_MOST = 30
"""Runs of one commit that are looked at for a workload, the newest."""
_SHORTEST = 4
"""Digits of a sha from which on it is looked up."""


@dataclass(frozen=True, slots=True)
class Revision:
    """Runs of one state of the code: `counts` by workload, and `load` to have a workload's, newest first.
    `searches` are those for the capacity, by workload, newest first, and `bills` what operations cost.

    `name` is what people call it. With a `commit` the Runs of its neighbours may stand in, else those
    of the side are all. `changed` if the code that ran had changes that were not committed.
    """

    name: str
    commit: str | None
    counts: Mapping[str, int]
    load: Callable[[str], tuple[Run, ...]]
    changed: bool = False
    searches: Mapping[str, tuple[Capacity, ...]] = field(default_factory=dict)
    bills: Mapping[str, tuple[CostBill, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, records: Iterable[Record]) -> Revision:
        """Just the Runs, searches for the capacity and bills among `records`."""
        every = list(records)
        found = by_workload(one for one in every if isinstance(one, Run))
        counts = {workload: len(some) for workload, some in found.items()}
        searches = by_workload(one for one in every if isinstance(one, Capacity))
        bills = by_workload(one for one in every if isinstance(one, CostBill))
        return cls(name, None, counts, found.__getitem__, searches=searches, bills=bills)


class _State(Protocol):
    """Which of the newest records of a commit are one state of its code."""

    def __call__(self, records: tuple[_T, ...]) -> tuple[_T, ...]: ...


class RevisionResolver:
    """Finds sides among documents, in the ledger at `place` (opened when it is needed) and with git."""

    def __init__(self, place: str | Path, commits: Commits | None = None) -> None:
        self.commits = commits or Commits()
        self._place = place
        self._opened: Ledger | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._opened is not None:
            self._opened.close()

    @property
    def ledger(self) -> Ledger:
        """The ledger. Raises StoreError if there is none, or it can't be read."""
        if self._opened is None:
            self._opened = Ledger.existing(self._place)
        return self._opened

    def find(self, word: str) -> Revision:
        """The side that `word` means: a .json file, a commit with Runs, or a run by its id.

        Raises ConfigurationError or StoreError with what would mend it.
        """
        if word.endswith(".json"):
            return Revision.of(Path(word).name, read_records(Path(word)))
        sha = self.sha(word)
        if sha is not None and self.has(sha):
            return self.committed(sha, sha[:12] if sha.startswith(word) else f"{word} ({sha[:12]})")
        try:
            record = self.ledger.record(word, *_COMPARED)
        except Ambiguous:
            raise
        except ConfigurationError as error:
            raise self._unknown(word, sha) from error
        return Revision.of(f"{record.NAME} {record.id}", [record])

    def sha(self, word: str) -> str | None:
        """The commit that `word` names, as git or else the ledger has it; None if neither does.

        Raises ConfigurationError if the ledger has several that begin so.
        """
        found = self.commits.sha(word)
        if found is not None or len(word) < _SHORTEST or not set(word) <= set("0123456789abcdef"):
            return found
        known = {entry.commit for entry in self._entries(word) if entry.commit}
        if len(known) > 1:
            names = ", ".join(sorted(sha[:12] for sha in known))
            raise ConfigurationError(f"several commits start with {word!r}, give more of it: {names}")
        return next(iter(known), None)

    def has(self, sha: str) -> bool:
        """Whether the ledger has a Run of that commit, a search for its capacity, or a bill."""
        return bool(self.ledger.entries(commit=sha, limit=1, kinds=_COMPARED))

    def newest(self, workloads: Iterable[str], commit: str | None = None) -> Revision:
        """The newest state of the code that ran: of the newest Run's commit, or of the one given.

        Where the newest Run of a workload was of code with changes, it is that Run alone.
        """
        latest = [
            entry
            for name in workloads
            for kind in _COMPARED
            for entry in self.ledger.entries(name, commit, limit=1, kinds=[kind])
        ]
        if not latest:
            raise ConfigurationError("there are no runs to compare; start with: suite run")
        newest = max(latest, key=lambda entry: seconds_since_epoch(entry.started))
        sha = newest.commit
        if sha is None:
            records = [self.ledger.record(entry.id, entry.kind) for entry in latest if entry.commit is None]
            return Revision.of("the newest runs", records)
        changed = any(
            is_dirty(self.ledger.record(entry.id, entry.kind)) for entry in latest if entry.commit == sha
        )
        name = sha[:12] + (" with changes" if changed else "")

        return self._of(sha, name, _newest_state, changed=changed)

    def committed(self, sha: str, name: str) -> Revision:
        """Runs of a commit itself; of a workload that has none, the newest of it with changes."""
        return self._of(sha, name, _committed_state)

    def _of(
        self,
        sha: str,
        name: str,
        state: _State,
        *,
        changed: bool = False,
    ) -> Revision:
        ids: dict[str, list[str]] = {}
        for entry in self._entries(sha):
            ids.setdefault(entry.workload, []).append(entry.id)
        chosen = {workload: some[:_MOST] for workload, some in ids.items()}
        counts = {workload: len(some) for workload, some in chosen.items()}
        others = self.ledger.entries(commit=sha, limit=_MOST, kinds=[Capacity.KIND])
        others += self.ledger.entries(commit=sha, limit=_MOST, kinds=[CostBill.KIND])
        kept = [self.ledger.record(entry.id, entry.kind) for entry in others]
        searches = by_workload(one for one in kept if isinstance(one, Capacity))
        bills = by_workload(one for one in kept if isinstance(one, CostBill))
        return Revision(
            name,
            sha,
            counts,
            lambda one: state(tuple(map(self.ledger.run, chosen[one]))),
            changed,
            {workload: state(some) for workload, some in searches.items()},
            {workload: state(some) for workload, some in bills.items()},
        )

    def _entries(self, sha: str) -> list[Entry]:
        return self.ledger.runs(commit=sha, limit=None)

    def _unknown(self, word: str, sha: str | None) -> ConfigurationError:
        if sha is not None:
            short = sha[:12]
            return ConfigurationError(
                f"there are no runs of {word} ({short}); make them with: git checkout {short} && suite run, "
                "or let suite ab measure both sides"
            )
        if self.commits.fault is not None:
            return ConfigurationError(
                f"{word} is no commit and no run of the ledger, and git can't be asked: {self.commits.fault}"
            )
        if self.commits.shallow:
            return ConfigurationError(
                f"{word} is not known in this shallow clone; fetch the rest: git fetch --unshallow"
            )
        return ConfigurationError(
            f"{word} is no commit, run or result document; git log lists commits, suite show lists runs"
        )


def read_records(path: Path) -> list[Record]:
    """Runs, searches and bills of a document. Raises StoreError if it can't be read, is none, or is newer."""
    every = read_document(path).records
    records: list[Record] = [one for one in every if isinstance(one, Run | Capacity | CostBill)]
    if not records:
        raise StoreError(f"{path} has no runs; name a document of suite run or suite capacity")
    return records


def by_workload(records: Iterable[_T]) -> dict[str, tuple[_T, ...]]:
    """`records` by their workloads, newest first."""
    ordered = sorted(records, key=lambda one: seconds_since_epoch(one.started), reverse=True)
    names = dict.fromkeys(one.workload for one in ordered)
    return {name: tuple(one for one in ordered if one.workload == name) for name in sorted(names)}


def is_dirty(record: Provenance) -> bool:
    """Whether the code had changes that were not committed."""
    return record.dirty


def clean(records: Sequence[_T]) -> tuple[_T, ...]:
    """Those of code without such changes."""
    return tuple(one for one in records if not is_dirty(one))


def _newest_state(records: tuple[_T, ...]) -> tuple[_T, ...]:
    return records[:1] if is_dirty(records[0]) else clean(records)


def _committed_state(records: tuple[_T, ...]) -> tuple[_T, ...]:
    return clean(records) or records[:1]
