"""Where a record comes from, gathered while it is made."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from suite.measure.environment import commit, fingerprint, untold
from suite.measure.instruments import instruments


class RecordOrigin:
    """Made when measuring begins: an id, and the time. The rest is asked when the record is.

    Its environment has under `git` why the commit of a checkout is not known, and under `instruments` what
    watches every line or call here, or of whoever started us and has `told`.
    """

    def __init__(self, told: Iterable[str] = ()) -> None:
        self.instruments = tuple(dict.fromkeys((*instruments(), *told)))
        self.id = uuid.uuid4().hex[:12]
        self._known: dict[str, Any] | None = None
        self.started = datetime.now(UTC).isoformat(timespec="milliseconds")

    def known(self) -> dict[str, Any]:
        """The fields as they were when this was asked first: of what is not whole yet."""
        if self._known is None:
            self._known = self.fields()
        return self._known

    def fields(self) -> dict[str, Any]:
        """The fields of a Provenance but for workload and plan; those known if the folder that we are in was
        removed meanwhile. Of code that has changed since they were known it is dirty.
        """
        try:
            here = Path.cwd()
        except FileNotFoundError:
            if self._known is None:
                raise
            return self._known
        sha, branch, dirty = commit(here)
        if (begun := self._known) is not None and (sha, dirty) != (begun["commit"], begun["dirty"]):
            # Somebody commits, or checks out, while we measure: it is of no one commit.
            sha, branch, dirty = begun["commit"], begun["branch"], True
        why = None if sha else untold(here)
        environment = fingerprint() | ({"git": why} if why else {})
        if self.instruments:
            environment["instruments"] = ", ".join(self.instruments)
        return {
            "id": self.id,
            "started": self.started,
            "commit": sha,
            "branch": branch,
            "dirty": dirty,
            "environment": environment,
        }
