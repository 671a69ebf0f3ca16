"""What several workers report of errors and retries, put together."""

from suite.engine.merging import moments
from suite.engine.worker_request import WorkerReply
from suite.measure.moment_file import MomentFile


def test_moments_are_of_the_causes_of_their_worker():
    files = [MomentFile.create(), MomentFile.create()]
    for file in files:
        file.add(0, 5, 9)
    reports = [WorkerReply("run", causes=(("failed", kind),)) for kind in ("reset", "refused")]
    found = moments(reports, files, retried=True)
    assert [(one.kind, one.due.tolist(), one.ended.tolist()) for one in found.causes()] == [
        ("reset", [5], [9]),
        ("refused", [5], [9]),
    ]
    assert found.retried
    for file in files:
        file.close()


def test_where_nobody_reads_moments_there_are_none():
    found = moments([WorkerReply("run"), WorkerReply("run")], [], retried=False)
    assert ([*found.causes()], [*found.retries()], found.retried) == ([], [], False)
