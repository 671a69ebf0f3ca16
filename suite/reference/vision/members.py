"""The household's members in a database."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from sqlalchemy import Engine, LargeBinary, String, create_engine, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

Matrix = npt.NDArray[np.float32]


class _Base(DeclarativeBase):
    pass


class Member(_Base):
    """One person: a name and the embedding of the face, little-endian float32."""

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    embedding: Mapped[bytes] = mapped_column(LargeBinary)


def member_name(number: int) -> str:
    """The name of the member `number`, as the load tests know it."""
    return f"member-{number:04}"


def open_database(file: Path) -> Engine:
    """The SQLite database in `file`, made if it is not there. Dispose of it in the end."""
    engine = create_engine(f"sqlite:///{file}")
    _Base.metadata.create_all(engine)
    return engine


def enrol(engine: Engine, embeddings: Matrix) -> None:
    """Add one member for each row of `embeddings`, shape (members, dimension)."""
    rows = [
        {"name": member_name(number), "embedding": row.astype("<f4").tobytes()}
        for number, row in enumerate(embeddings)
    ]
    with Session(engine) as session:
        if rows:
            session.execute(insert(Member), rows)
        session.commit()


def load(engine: Engine) -> tuple[list[str], Matrix]:
    """Names and embeddings, shape (members, dimension), of all members in the order of enrolment."""
    with Session(engine) as session:
        rows = session.execute(select(Member.name, Member.embedding).order_by(Member.id)).all()
    if not rows:
        return [], np.empty((0, 0), np.float32)
    matrix = np.frombuffer(b"".join(row.embedding for row in rows), "<f4").reshape(len(rows), -1)
    return [row.name for row in rows], matrix.astype(np.float32)
