"""Seeded guests and reservations: what a property management system has when it is first started."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from typing import Any

FIRST_NIGHT = datetime.date(2026, 1, 1)
SEASON = 180
"""Nights from the first in which there are reservations from the start; later ones are free."""
_NAMES = (
    "Ada", "Bela", "Carla", "Dmitri", "Emre", "Fatima", "Goran", "Hana", "Ines", "Jonas", "Kaja", "Luis",
    "Mira", "Nuno", "Olga", "Pavel", "Quinn", "Rosa", "Sami", "Tove", "Uma", "Vera", "Wanda", "Xenia",
)  # fmt: skip
_FAMILIES = (
    "Albers", "Bianchi", "Costa", "Dubois", "Eriksen", "Ferrari", "Garcia", "Horvat", "Ivanov", "Jensen",
    "Kowalski", "Larsen", "Meyer", "Novak", "Okafor", "Petrov", "Rossi", "Silva", "Tanaka", "Weber",
)  # fmt: skip
_LANGUAGES = ("de", "en", "es", "fr", "it", "pl", "pt")
_WISHES = ("", "a quiet room", "a high floor", "late check-out", "no feathers", "a cot", "near the lift")
_LONGEST = 6


def guests(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """`count` guests, numbered from 1; the same ones for the same seed."""
    chance = random.Random(f"guests {seed}")
    for number in range(1, count + 1):
        name = f"{chance.choice(_NAMES)} {chance.choice(_FAMILIES)}"
        yield {
            "id": number,
            "name": name,
            "email": f"{name.lower().replace(' ', '.')}.{number}@example.org",
            "phone": f"+49 30 {chance.randrange(10**7):07}",
            "language": chance.choice(_LANGUAGES),
            "wishes": chance.choice(_WISHES),
        }


def reservations(count: int, rooms: int, guest_count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Up to `count` stays, fewer if the season has no more room: no room twice in a night.

    Rooms are filled night after night, with gaps; numbers are from 1.
    """
    chance = random.Random(f"reservations {seed}")
    free = dict.fromkeys(range(1, rooms + 1), 0)
    for number in range(1, count + 1):
        room = min(free, key=lambda one: free[one])
        begin = free[room] + chance.randrange(2)
        end = begin + chance.randint(1, _LONGEST)
        if end > SEASON:
            return
        free[room] = end
        yield {
            "id": number,
            "guest": chance.randint(1, guest_count),
            "room": room,
            "arrival": night(begin),
            "departure": night(end),
        }


def night(number: int) -> str:
    """The date of a night, counted from the first; ISO."""
    return (FIRST_NIGHT + datetime.timedelta(days=number)).isoformat()
