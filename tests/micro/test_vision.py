"""Single calls of the vision parts under pytest-benchmark (`--benchmark-enable`)."""

import pytest

from suite.data.embeddings import embeddings, views
from suite.data.frames import frame
from suite.reference.vision.frame_buffer import FrameBuffer
from suite.reference.vision.matcher import HouseholdMatcher, cosine_similarity
from suite.reference.vision.members import member_name


def test_cosine_similarity(benchmark):
    face = embeddings(1)
    assert benchmark(cosine_similarity, face[0], views(face)[0]) == pytest.approx(0.8, abs=1e-5)


@pytest.mark.parametrize("members", [10, 100, 500])
def test_match(benchmark, members):
    matcher = HouseholdMatcher(members)
    face = views(embeddings(members))[members // 2]
    assert benchmark(matcher.match, face)[0] == member_name(members // 2)


def test_frame_add(benchmark):
    buffer, data = FrameBuffer(100), frame(1)
    for _ in range(100):
        buffer.add(data)
    benchmark(buffer.add, data)
    assert buffer.latest() == data


def test_frame_made(benchmark):
    assert len(benchmark(frame, 1)) == 100_000
