"""What several workers report of errors and retries, put together."""

from array import array

from suite.engine.merging import causes, retries
from suite.engine.worker_request import WorkerReply


def reply(moments=None, *further):
    return WorkerReply("run", moments=moments or {}, retries=tuple(array("q", one) for one in further))


def test_causes_have_the_moments_of_each_worker():
    found = causes([reply({("failed", "reset"): array("q", [5, 9, 8, 12])}), reply()])
    (one,) = found
    assert (one.outcome, one.kind, one.due.tolist(), one.ended.tolist()) == (
        "failed",
        "reset",
        [5, 8],
        [9, 12],
    )
    assert causes([reply()]) == []


def test_retries_have_when_their_operation_began_and_they_did():
    found = retries([reply(None, [5, 9], [7, 8]), reply(None, [3, 4, 3, 6])])
    assert (found.begun.tolist(), found.again.tolist()) == ([5, 7, 3, 3], [9, 8, 4, 6])
    assert retries([reply(None, [])]).again.tolist() == []
    assert retries([reply()]) is None
