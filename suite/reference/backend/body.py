"""What is sent to a backend."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL's texts hold none."""


class SentBody(BaseModel):
    """Base of what is sent: no more fields than it has."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
