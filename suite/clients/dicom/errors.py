"""Errors of a DICOM peer: an exception for each way to fail or to refuse.

A limit that says no is `suite.Rejected` (`AssociationRejected`, `OutOfResources`); the rest is a
`ClientError`. A status 0xA7xx counts as a limit because the standard calls it "Refused: Out of
Resources" and a sender must try again later; a workload that may not see it says so in a check.
"""

from __future__ import annotations

from suite.clients.errors import ClientError, ProtocolError
from suite.errors import Rejected

_SOURCES = {1: "the service user", 2: "the service provider (ACSE)", 3: "the service provider (presentation)"}
_REASONS = {
    (1, 1): "no reason given",
    (1, 2): "application context not supported",
    (1, 3): "calling AE title not recognised",
    (1, 7): "called AE title not recognised",
    (2, 1): "no reason given",
    (2, 2): "protocol version not supported",
    (3, 1): "temporary congestion",
    (3, 2): "local limit exceeded",
}
_NO_MORE = (3, 2)
_RESULTS = {
    1: "user rejection",
    2: "no reason given",
    3: "SOP class not supported",
    4: "transfer syntax not supported",
}
_ABORT_REASONS = {
    0: "no reason given",
    1: "unrecognised PDU",
    2: "unexpected PDU",
    4: "unrecognised PDU parameter",
    5: "unexpected PDU parameter",
    6: "invalid PDU parameter value",
}


class DicomError(ClientError):
    """Base of what a peer did by the rules of DICOM, and should not have."""

    cause = "dicom"


class PhaseTimeout(ClientError, TimeoutError):
    """The peer did not answer in time; `phase` is connect, associate, store or release."""

    cause = "phase-timeout"

    def __init__(self, phase: str, seconds: float) -> None:
        super().__init__(f"{phase}: no answer within {seconds:g} s")
        self.phase = phase
        self.seconds = seconds


class AssociationAborted(DicomError):
    """The peer sent A-ABORT. `source` 0 is the service user, 2 the provider (PS3.8 table 9-26)."""

    cause = "aborted"

    def __init__(self, source: int, reason: int) -> None:
        who = "provider" if source == 2 else "user"
        text = f": {_ABORT_REASONS.get(reason, 'unknown reason')}" if source == 2 else ""
        super().__init__(f"the peer's service {who} aborted the association ({source}/{reason}){text}")
        self.source = source
        self.reason = reason


class AssociationRejected(Rejected):
    """The peer answered A-ASSOCIATE-RJ. Codes as in PS3.8 table 9-21; `transient` says try again later.

    Of one that has no association free, 3/2, `cause` is "association-limit".
    """

    cause = "association-rejected"

    def __init__(self, result: int, source: int, reason: int) -> None:
        text = _REASONS.get((source, reason), "unknown reason")
        who = _SOURCES.get(source, "an unknown source")
        super().__init__(f"association rejected {result}/{source}/{reason}: {text}, says {who}")
        self.result = result
        self.source = source
        self.reason = reason
        self.transient = result == 2
        if (source, reason) == _NO_MORE:
            self.cause = "association-limit"


class ContextRefused(ProtocolError):
    """The peer accepted no presentation context for what is to be sent. `result` is its answer to it."""

    cause = "context"

    def __init__(self, sop_class: str, syntax: str, result: int | None = None) -> None:
        what = f"{sop_class} in {syntax}" if syntax else sop_class
        if result is None:
            super().__init__(f"the peer accepted no presentation context for {what}")
        else:
            why = _RESULTS.get(result, "unknown")
            super().__init__(f"the peer does not accept {what} (result {result}: {why})")
        self.result = result


class StoreFailed(DicomError):
    """A C-STORE answered with a failure `status` that is not about resources."""

    cause = "status"

    def __init__(self, status: int, comment: str = "") -> None:
        super().__init__(f"C-STORE failed with 0x{status:04X}" + (f": {comment}" if comment else ""))
        self.status = status
        self.comment = comment


class OutOfResources(Rejected):
    """A C-STORE answered with `status` 0xA7xx: the peer is full or at its limit."""

    cause = "out-of-resources"

    def __init__(self, status: int, comment: str = "") -> None:
        super().__init__(f"C-STORE refused with 0x{status:04X}" + (f": {comment}" if comment else ""))
        self.status = status
        self.comment = comment
