"""Orders in SQLite, the service that load_orders.py puts under load: it reads their customers one by one."""

import sqlite3

from fastapi import FastAPI

app = FastAPI()
database = sqlite3.connect(":memory:", check_same_thread=False)
database.executescript("""
    create table customers (id integer primary key, name text);
    create table orders (id integer primary key, customer integer, total integer);
""")
database.executemany("insert into customers values (?, ?)", [(n, f"Customer {n}") for n in range(50)])
database.executemany("insert into orders values (?, ?, ?)", [(n, n * 7 % 50, n) for n in range(500)])


@app.get("/health")
async def health() -> dict[str, bool]:
    """Say that we are here."""
    return {"ok": True}


def name_of(customer: int) -> str:
    """A customer's name."""
    return str(database.execute("select name from customers where id = ?", (customer,)).fetchone()[0])


@app.get("/orders")
async def orders() -> list[dict[str, object]]:
    """The latest eight, with their customers."""
    rows = database.execute("select id, customer, total from orders order by id desc limit 8").fetchall()
    return [{"id": key, "customer": name_of(customer), "total": total} for key, customer, total in rows]


@app.get("/orders/{key}")
async def order(key: int) -> dict[str, int]:
    """One of them."""
    row = database.execute("select id, total from orders where id = ?", (key,)).fetchone()
    return {"id": row[0], "total": row[1]}
