"""A small shop, the service that load_shop.py puts under load."""

import os
import time

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

LIMIT = int(os.environ.get("SHOP_ORDERS_PER_SECOND", "10000"))
ITEMS = [{"id": number, "name": f"Item {number}", "price": 5 * number} for number in range(1, 21)]


class Order(BaseModel):
    """What a customer wants."""

    item: int


app = FastAPI()
orders: list[int] = []
window = {"second": 0, "taken": 0}


@app.get("/health")
async def health() -> dict[str, bool]:
    """Say that the shop is open."""
    return {"ok": True}


@app.get("/items")
async def items() -> list[dict[str, object]]:
    """List what there is."""
    return list(ITEMS)


@app.post("/orders", status_code=201)
async def order(wish: Order) -> dict[str, int]:
    """Take an order; 404 for an item that there is not, 429 for more orders a second than we can pack."""
    if not 1 <= wish.item <= len(ITEMS):
        raise HTTPException(404, "no such item")
    second = int(time.monotonic())
    if second != window["second"]:
        window.update(second=second, taken=0)
    if window["taken"] >= LIMIT:
        raise HTTPException(429, "too many orders")
    window["taken"] += 1
    orders.append(wish.item)
    return {"order": len(orders)}
