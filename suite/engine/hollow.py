"""Operations that do nothing: what they take is the engine's own share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.contract.user import Operation


def hollow(operations: Mapping[str, Operation]) -> dict[str, Operation]:
    """The same with nothing in them."""
    return {name: _empty(one) for name, one in operations.items()}


def _empty(one: Operation) -> Operation:
    async def waiting(_user: Any) -> None:
        pass

    def plain(_user: Any) -> None:
        pass

    return Operation(waiting if one.is_async else plain, one.weight, one.tags, 0.0)
