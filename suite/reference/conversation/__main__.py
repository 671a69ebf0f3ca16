"""Start conversations by hand: `python -m suite.reference.conversation --help`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from suite.reference.conversation.manager import ConversationManager, LimitReached


async def _demo(manager: ConversationManager, starts: int, users: int, exchanges: int) -> None:
    async def talk(user: str) -> None:
        try:
            conversation = await manager.start(user)
        except LimitReached as error:
            typer.echo(f"{user}: refused, {error}")
            return
        for number in range(exchanges):
            typer.echo(f"{user}: {await manager.exchange(conversation, f'question {number + 1}')}")
        await manager.end(conversation)

    await asyncio.gather(*(talk(f"user-{number % users}") for number in range(starts)))
    manager.close()


def main(
    starts: Annotated[int, typer.Option(min=1, help="Conversations started together.")] = 25,
    users: Annotated[int, typer.Option(min=1, help="Users that they belong to.")] = 25,
    exchanges: Annotated[int, typer.Option(min=0, help="Exchanges of each conversation.")] = 1,
    max_concurrent: Annotated[int, typer.Option(min=1, help="Limit on all.")] = 20,
    max_per_user: Annotated[int, typer.Option(min=1, help="Limit on one user's.")] = 5,
) -> None:
    """Start conversations at once on a manager with limits, talk, end them, and show its counters."""
    manager = ConversationManager(max_concurrent, max_per_user, reply_time=0.01)
    asyncio.run(_demo(manager, starts, users, exchanges))
    for name, value in manager.counters.as_dict().items():
        typer.echo(f"{name:>18} {value}")


if __name__ == "__main__":
    typer.run(main)
