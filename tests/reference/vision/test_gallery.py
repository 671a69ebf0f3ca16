"""The matrix that follows who comes and goes, against a list of rows in double precision."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from suite.data.embeddings import embeddings
from suite.reference.vision.gallery import Gallery

DIMENSION = 8
SEEDS = st.integers(0, 2**31)


def cosine(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


class Comings(RuleBasedStateMachine):
    """People come and go in any order; a dictionary of their rows is the oracle."""

    def __init__(self):
        super().__init__()
        self.gallery = Gallery(DIMENSION)
        self.people = {}
        self.count = 0

    @rule(count=st.integers(0, 5), seed=SEEDS, scale=st.floats(0.01, 100))
    def add(self, count, seed, scale):
        self.count += 1
        rows = embeddings(count, DIMENSION, seed=seed) * np.float32(scale)
        self.gallery.add(f"p{self.count}", rows)
        if count:
            self.people[f"p{self.count}"] = list(rows)

    @precondition(lambda self: self.people)
    @rule(data=st.data(), seed=SEEDS)
    def add_to(self, data, seed):
        name = data.draw(st.sampled_from(sorted(self.people)))
        row = embeddings(1, DIMENSION, seed=seed)
        self.gallery.add(name, row)
        self.people[name] += list(row)

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def remove(self, data):
        name = data.draw(st.sampled_from(sorted(self.people)))
        assert self.gallery.remove(name) == len(self.people.pop(name))

    @precondition(lambda self: self.people)
    @rule(seed=SEEDS, count=st.integers(1, 6))
    def ask(self, seed, count):
        queries = embeddings(3, DIMENSION, seed=seed) * np.float32(2.5)
        found = self.gallery.best_of_each(queries)
        for query, (name, similarity) in zip(queries, found, strict=True):
            exact = {who: max(cosine(query, row) for row in rows) for who, rows in self.people.items()}
            ordered = sorted(exact.values(), reverse=True)
            assert similarity == pytest.approx(ordered[0], abs=1e-5)
            assert exact[name] == pytest.approx(ordered[0], abs=1e-5)
            one, alike = self.gallery.best(query)
            assert exact[one] == pytest.approx(ordered[0], abs=1e-5)
            assert alike == pytest.approx(similarity, abs=1e-6)
            top = self.gallery.top(query, count)
            assert len({who for who, _ in top}) == len(top) == min(count, len(exact))
            assert [value for _, value in top] == pytest.approx(ordered[: len(top)], abs=1e-5)
            assert all(value == pytest.approx(exact[who], abs=1e-5) for who, value in top)

    @invariant()
    def it_holds_what_was_put_in(self):
        rows = [(name, row / np.linalg.norm(row)) for name, rows in self.people.items() for row in rows]
        here, there = (sorted((name, *row.tolist()) for name, row in one) for one in (self.gallery, rows))
        assert [name for name, *_ in here] == [name for name, *_ in there]
        if rows:
            np.testing.assert_allclose([row[1:] for row in here], [row[1:] for row in there], atol=1e-5)
        assert len(self.gallery) == len(rows)
        assert self.gallery.people == len(self.people)
        assert all(name in self.gallery for name in self.people)


TestComings = Comings.TestCase
TestComings.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)


@given(count=st.integers(1, 40), seed=SEEDS)
def test_a_matrix_is_taken_over_where_it_is(count, seed):
    matrix = embeddings(count, DIMENSION, seed=seed) * np.float32(3)
    gallery = Gallery.of([f"p{row % 7}" for row in range(count)], matrix)
    assert np.shares_memory(gallery.units, matrix)
    assert np.linalg.norm(gallery.units, axis=1) == pytest.approx(np.ones(count), abs=1e-5)
    assert gallery.people == min(count, 7)


def test_the_matrix_is_made_anew_only_when_it_is_full():
    gallery, moves, before = Gallery(DIMENSION), 0, None
    for number in range(1_000):
        gallery.add(f"p{number}", embeddings(1, DIMENSION, seed=number))
        address = gallery.units.__array_interface__["data"][0]
        moves, before = moves + (address != before), address
    assert moves <= 12
    for number in range(999):
        gallery.remove(f"p{number}")
    assert gallery.units.__array_interface__["data"][0] == before
    assert [name for name, _ in gallery] == ["p999"]


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_what_has_no_direction_is_refused_and_nothing_added(bad):
    gallery = Gallery(2)
    gallery.add("a", embeddings(1, 2))
    rows = np.array([[1, 0], [bad, bad]], np.float32)
    with pytest.raises(ValueError, match="an embedding of b has no direction"):
        gallery.add("b", rows)
    with pytest.raises(ValueError, match="an embedding of y has no direction"):
        Gallery.of(["x", "y"], rows)
    for ask in (gallery.best, lambda row: gallery.top(row, 1), lambda row: gallery.best_of_each(row[None])):
        with pytest.raises(ValueError, match="has no direction"):
            ask(rows[1])
    assert len(gallery) == 1
    assert "b" not in gallery


def test_other_shapes_are_refused():
    gallery = Gallery(4)
    for rows in (embeddings(2, 5), embeddings(1, 4)[0]):
        with pytest.raises(ValueError, match="shape"):
            gallery.add("a", rows)
        with pytest.raises(ValueError, match="shape"):
            gallery.best(rows[0] if rows.ndim == 2 else rows[None])
    with pytest.raises(ValueError, match="1 owners of 2"):
        Gallery.of(["a"], embeddings(2, 4))
    with pytest.raises(ValueError, match="dimension 0"):
        Gallery(0)


def test_where_nobody_is_nobody_is_found():
    gallery, query = Gallery(4), embeddings(1, 4)
    assert gallery.top(query[0], 3) == []
    for ask in (lambda: gallery.best(query[0]), lambda: gallery.best_of_each(query)):
        with pytest.raises(LookupError, match="nobody is here"):
            ask()
    with pytest.raises(LookupError, match="nobody here is called x"):
        gallery.remove("x")
