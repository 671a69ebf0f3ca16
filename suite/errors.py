"""What can go wrong, each with the exit code that `suite` ends with.

Only the command line turns these into text and an exit status; everything below raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any


class SuiteError(Exception):
    """Base of all errors that a user can mend; the message says how."""

    exit_code = 70


class ConfigurationError(SuiteError):
    """The command line, a load file or a configuration file asks for something that makes no sense."""

    exit_code = 2

    @classmethod
    def of(cls, faults: Iterable[str]) -> ConfigurationError:
        """One error that names all `faults`, so that they can be mended in one go."""
        return cls("\n".join(faults))


class Faults:
    """Collects ConfigurationErrors, so that all of them can be raised as one."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @contextmanager
    def collected(self, prefix: str = "") -> Iterator[None]:
        """Keep a ConfigurationError that is raised inside, each of its lines after `prefix`."""
        try:
            yield
        except ConfigurationError as error:
            self.lines += [f"{prefix}{line}" for line in str(error).splitlines()]

    def check(self) -> None:
        """Raise what was collected, every line once."""
        if self.lines:
            raise ConfigurationError.of(dict.fromkeys(self.lines))


class MissingExtra(ConfigurationError):
    """A package that belongs to an extra is not installed."""

    def __init__(self, module: str, extra: str) -> None:
        super().__init__(f"{module} is not installed; run: pip install 'loadledger[{extra}]'")
        self.module = module
        self.extra = extra


class SystemFailed(SuiteError):
    """The system under test would not start, did not become ready, or died."""

    exit_code = 4


class WorkerFailed(SuiteError):
    """A worker process of ours died or broke: no statement about the system is possible."""

    exit_code = 3


class StoreError(SuiteError):
    """Results can't be written or read: a full or read-only disk, a corrupt or newer ledger."""

    exit_code = 2


class Interrupted(SuiteError):
    """SIGINT (130), SIGTERM (143) or SIGHUP (129) ended the run; what was measured before is kept.

    `told` says that the user knows.
    """

    told = False

    def __init__(self, signal_number: int) -> None:
        super().__init__(f"interrupted by signal {signal_number}")
        self.exit_code = 128 + signal_number


class Ended(SystemExit):
    """SIGTERM ended a process of ours that runs code of users: it unwinds, and is no error of theirs."""


def interruption(error: BaseException) -> Interrupted | Ended | None:
    """What a signal raised that `error` came of, if one did: libraries make errors of their own of it."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        if isinstance(cause, Interrupted | Ended):
            return cause
        seen.add(id(cause))
        cause = cause.__cause__
    return None


class CutShort(SuiteError):
    """`error` ended what was measured early; `found` is the record of what there is of it, None of nothing.

    Its exit code is that of the error.
    """

    def __init__(self, error: SuiteError, found: Any) -> None:
        super().__init__(str(error))
        self.exit_code = error.exit_code
        self.error = error
        self.found = found


class Rejected(Exception):
    """Raised by an operation: a limit of the system said no, as it should."""


class NotKept(Exception):
    """What a user keeps for the checks found no room on the disk, which is no fault of the system."""

    cause = "not-kept"


def require(extra: str, *modules: str) -> None:
    """Raise `MissingExtra` for the first of `modules` that can't be imported."""
    for module in modules:
        try:
            found = find_spec(module)
        except ModuleNotFoundError:  # a package above it
            found = None
        if found is None:
            raise MissingExtra(module, extra)
