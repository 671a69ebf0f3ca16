"""Members and their embeddings in a database."""

import numpy as np
import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError, IntegrityError
from support.opened_files import opened_files

from suite.data.embeddings import embeddings
from suite.reference.vision.members import (
    MemberEmbedding,
    count,
    enrol,
    enrol_one,
    forget,
    load,
    member_name,
    open_database,
)


@pytest.fixture
def engine(tmp_path):
    engine = open_database(tmp_path / "household.db")
    yield engine
    engine.dispose()


def test_the_database_gives_back_what_it_was_given(engine):
    faces = embeddings(1_300, 16)
    assert load(engine)[0] == []
    enrol(engine, faces[:0])
    enrol(engine, faces[:1_000], each=2)
    enrol(engine, faces[1_000:], each=2, first=500)
    owners, matrix = load(engine)
    assert owners == [member_name(row // 2) for row in range(1_300)]
    np.testing.assert_array_equal(matrix, faces)
    assert matrix.dtype == np.float32
    assert count(engine) == 1_300


def test_who_goes_takes_all_embeddings_along(engine):
    enrol(engine, embeddings(6, 8), each=2)
    enrol_one(engine, "guest", embeddings(3, 8, seed=2))
    forget(engine, member_name(1))
    assert load(engine)[0] == ["member-0000"] * 2 + ["member-0002"] * 2 + ["guest"] * 3
    with pytest.raises(IntegrityError):
        enrol_one(engine, "guest", embeddings(1, 8))
    assert count(engine) == 7


def test_an_embedding_of_another_length_is_told_with_whose_it_is(engine):
    enrol(engine, embeddings(3, 8))
    with engine.begin() as connection:
        connection.execute(update(MemberEmbedding).where(MemberEmbedding.id == 2).values(vector=b"\0" * 28))
    with pytest.raises(ValueError, match="an embedding of member-0001 has not 8 numbers"):
        load(engine)


def test_what_is_no_database_is_not_held_open(tmp_path):
    file = tmp_path / "household.db"
    file.write_text("this is no database" * 50)
    with pytest.raises(DatabaseError, match="not a database") as caught:
        open_database(file)
    assert str(file) not in opened_files()
    assert caught.value.__traceback__ is not None  # which has the engine: no collection closed the file
