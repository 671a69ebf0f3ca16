"""A parameter that nobody but the system and its users may see."""

from __future__ import annotations

from typing import Any, Self

from suite.process.redaction import hide, shown_value
from suite.process.secret_forms import HIDDEN


class Secret(str):
    """Text like any other, that is kept out of documents, the ledger, pages and messages: they say `***`.

    `Workload(..., login=Secret(os.environ["LOGIN"]))`. What a parameter's name calls a password, a token or
    a key needs none.
    """

    __slots__ = ()

    def __new__(cls, text: Any = "") -> Self:
        made = super().__new__(cls, text)
        hide(str(made))
        return made

    def __repr__(self) -> str:
        return "Secret('***')"

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        return type(self), (str(self),)


def shown_parameter(name: str, value: Any) -> Any:
    """A parameter as it may be kept and shown: of a Secret, however short, only whether it is there."""
    if isinstance(value, Secret):
        return HIDDEN if value else ""
    return shown_value(name, value)
