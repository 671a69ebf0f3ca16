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


def test_retries_that_never_began_are_none_and_where_nothing_is_tried_again_there_is_no_word_of_them():
    assert retries([reply(None, [5, 0], [7]), reply(None, [3])]).tolist() == [5, 7, 3]
    assert retries([reply(None, [])]).tolist() == []
    assert retries([reply()]) is None
