"""The household's members and their embeddings in a database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import (
    Engine,
    ForeignKey,
    LargeBinary,
    String,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from suite.reference.vision.gallery import Matrix

_AT_ONCE = 256
"""Rows that are read at a time: what is needed beside the matrix stays small."""
_PAGE = 16_384
"""Bytes of a page: rows of 2 kB fill one of these, of the usual 4 kB half."""


class _Base(DeclarativeBase):
    pass


class Member(_Base):
    """One person."""

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)


class MemberEmbedding(_Base):
    """One of a person's embeddings of the face, little-endian float32."""

    __tablename__ = "embeddings"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey(Member.id, ondelete="CASCADE"), index=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


def member_name(number: int) -> str:
    """The name of the member `number`, as the load tests know it."""
    return f"member-{number:04}"


def open_database(file: Path) -> Engine:
    """The SQLite database in `file`, made if it is not there. Dispose of it in the end."""
    engine = create_engine(f"sqlite:///{file}")
    event.listen(engine, "connect", _prepare)
    try:
        _Base.metadata.create_all(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _prepare(connection: Any, _: object) -> None:
    connection.execute(f"PRAGMA page_size = {_PAGE}")
    connection.execute("PRAGMA foreign_keys = ON")


def enrol(engine: Engine, embeddings: Matrix, *, each: int = 1, first: int = 0) -> None:
    """Add members by number from `first` on: each has the next `each` rows of `embeddings`, shape (rows,
    dimension).
    """
    names = [member_name(first + number) for number in range(len(embeddings) // each)]
    with Session(engine) as session, session.begin():
        if names:
            made = session.scalars(
                insert(Member).returning(Member.id, sort_by_parameter_order=True),
                [{"name": name} for name in names],
            )
            _keep(session, [key for key in made for _ in range(each)], embeddings)


def enrol_one(engine: Engine, name: str, embeddings: Matrix) -> None:
    """Add one person with embeddings of shape (count, dimension), all or nothing."""
    with Session(engine) as session, session.begin():
        member = Member(name=name)
        session.add(member)
        session.flush()
        _keep(session, [member.id] * len(embeddings), embeddings)


def forget(engine: Engine, name: str) -> None:
    """Take a person out, with all embeddings."""
    with Session(engine) as session, session.begin():
        session.execute(delete(Member).where(Member.name == name))


def count(engine: Engine) -> int:
    """How many embeddings there are."""
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(MemberEmbedding)) or 0


def load(engine: Engine) -> tuple[list[str], Matrix]:
    """Whose each embedding is, and all of them, shape (embeddings, dimension), in the order of enrolment.

    Raises ValueError for one that is not as long as the first.
    """
    query = select(Member.name, MemberEmbedding.vector).join(Member).order_by(MemberEmbedding.id)
    owners: list[str] = []
    matrix = np.empty((count(engine), 0), np.float32)
    with engine.connect() as connection:
        for rows in connection.execution_options(yield_per=_AT_ONCE).execute(query).partitions():
            if not owners:
                matrix = np.empty((len(matrix), len(rows[0].vector) // 4), np.float32)
            wrong = next((row.name for row in rows if len(row.vector) != 4 * matrix.shape[1]), None)
            if wrong is not None:
                raise ValueError(f"an embedding of {wrong} has not {matrix.shape[1]} numbers, as others have")
            part = np.frombuffer(b"".join(row.vector for row in rows), "<f4")
            matrix[len(owners) : len(owners) + len(rows)] = part.reshape(len(rows), -1)
            owners += [row.name for row in rows]
    return owners, matrix


def _keep(session: Session, owners: list[int], embeddings: Matrix) -> None:
    rows = [
        {"member_id": owner, "vector": row.astype("<f4").tobytes()}
        for owner, row in zip(owners, embeddings, strict=True)
    ]
    if rows:
        session.execute(insert(MemberEmbedding), rows)
