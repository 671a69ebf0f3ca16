"""Word of something new: any number of times, taken at once."""

import select

from suite.reference.dicom.news import QueueNews


def test_what_was_told_is_taken_at_once_and_a_full_pipe_holds_nobody_up():
    news = QueueNews()
    readable = lambda: bool(select.select([news.descriptor], [], [], 0)[0])  # noqa: E731
    assert not readable()
    news.take()
    for _ in range(70_000):
        news.tell()
    assert readable()
    news.take()
    news.take()
    assert not readable()
    news.close()
