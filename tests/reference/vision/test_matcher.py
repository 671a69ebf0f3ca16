"""The matcher against a brute-force oracle in double precision."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from suite.data.embeddings import embeddings, views
from suite.reference.vision.matcher import UNKNOWN, HouseholdMatcher, cosine_similarity
from suite.reference.vision.members import member_name


def oracle(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


@given(
    members=st.integers(1, 40),
    dimension=st.integers(2, 128),
    seed=st.integers(0, 2**31),
    scale=st.floats(0.01, 100.0),
    threshold=st.floats(-1.0, 1.0),
)
def test_it_finds_what_brute_force_finds(members, dimension, seed, scale, threshold):
    matcher = HouseholdMatcher(members, dimension, seed=seed, threshold=threshold)
    faces = embeddings(members, dimension, seed=seed)
    for query in embeddings(5, dimension, seed=seed + 1) * np.float32(scale):
        exact = [oracle(query, face) for face in faces]
        ordered = sorted(exact)
        name, similarity = matcher.match(query)
        assert similarity == pytest.approx(ordered[-1], abs=1e-5)
        assume(abs(ordered[-1] - threshold) > 1e-5)
        if ordered[-1] < threshold:
            assert name == UNKNOWN
        elif members == 1 or ordered[-1] - ordered[-2] > 1e-5:
            assert name == member_name(exact.index(ordered[-1]))


@settings(deadline=None)
@given(dimension=st.integers(1, 600), seed=st.integers(0, 2**31), scale=st.floats(1e-3, 1e3))
def test_cosine_similarity_is_that_of_double_precision(dimension, seed, scale):
    a, b = embeddings(2, dimension, seed=seed)
    assert cosine_similarity(a, b * np.float32(scale)) == pytest.approx(oracle(a, b), abs=1e-5)
    assert cosine_similarity(a, a) == pytest.approx(1.0, abs=1e-5)
    assert cosine_similarity(a, -b) == pytest.approx(-cosine_similarity(a, b), abs=1e-5)


@pytest.mark.parametrize("members", [10, 100, 500])
def test_every_planted_member_is_found_and_no_stranger(members):
    matcher = HouseholdMatcher(members)
    seen = views(embeddings(members), 0.8)
    assert [matcher.match(face)[0] for face in seen] == [member_name(i) for i in range(members)]
    assert {matcher.match(face)[0] for face in embeddings(50, seed=99)} == {UNKNOWN}


def test_of_several_embeddings_each_is_its_members():
    matcher = HouseholdMatcher(20, 64, each=3)
    assert len(matcher) == 20
    faces = views(embeddings(60, 64), 0.9)
    names = [member_name(row // 3) for row in range(60)]
    assert [matcher.match(face)[0] for face in faces] == names
    assert [name for name, _ in matcher.match_each(faces)] == names


def test_who_a_face_may_be_leaves_out_strangers():
    matcher = HouseholdMatcher(20, 64, threshold=0.5)
    ((name, similarity),) = matcher.top(views(embeddings(20, 64), 0.8)[7], 5)
    assert name == member_name(7)
    assert similarity == pytest.approx(0.8, abs=1e-5)
    assert len(HouseholdMatcher(20, 64, threshold=-1).top(embeddings(1, 64)[0], 5)) == 5


def test_what_has_no_direction_is_refused():
    zeros = np.zeros(8, np.float32)
    with pytest.raises(ValueError, match="no direction"):
        cosine_similarity(zeros, embeddings(1, 8)[0])
    with pytest.raises(ValueError, match="no direction"):
        HouseholdMatcher(2, 8).match(zeros)


def test_other_dimensions_are_refused():
    with pytest.raises(ValueError, match=r"shape|mismatch|size"):
        HouseholdMatcher(2, 8).match(embeddings(1, 9)[0])
    with pytest.raises(ValueError, match="0 members"):
        HouseholdMatcher(0)
