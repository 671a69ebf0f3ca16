"""Seeded embeddings: unit length, reproducible, planted similarity exact."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.data.embeddings import embeddings, views

seeds = st.integers(0, 2**32)


@given(count=st.integers(0, 40), dimension=st.integers(1, 600), seed=seeds)
def test_rows_have_length_one(count, dimension, seed):
    rows = embeddings(count, dimension, seed=seed)
    assert rows.shape == (count, dimension)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows.astype(np.float64), axis=1), 1.0, atol=1e-5)


@given(count=st.integers(1, 20), more=st.integers(1, 20), seed=seeds)
def test_same_seed_same_rows_and_fewer_are_the_first(count, more, seed):
    rows = embeddings(count + more, 32, seed=seed)
    np.testing.assert_array_equal(embeddings(count, 32, seed=seed), rows[:count])


def test_other_seed_other_rows():
    assert not np.array_equal(embeddings(3, seed=1), embeddings(3, seed=2))


def test_different_people_are_nearly_orthogonal():
    cosines = embeddings(200, 512) @ embeddings(200, 512, seed=2).T
    assert abs(float(cosines.mean())) < 0.01
    assert float(cosines.std()) == pytest.approx(512**-0.5, rel=0.1)


@given(similarity=st.floats(-1, 1), dimension=st.integers(2, 600), seed=seeds)
def test_views_have_the_planted_similarity(similarity, dimension, seed):
    faces = embeddings(5, dimension, seed=seed)
    seen = views(faces, similarity, seed=seed)
    assert seen.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(seen, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(np.sum(faces * seen, axis=1), similarity, atol=1e-5)


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="dimension 0"):
        embeddings(1, 0)
    with pytest.raises(ValueError, match="-1 embeddings"):
        embeddings(-1)
    with pytest.raises(ValueError, match="not 1"):
        views(embeddings(1), 1.5)
