"""A generated load file against a real app: what it says of itself can be asked of it."""

import json
import sys

import pytest

from suite.config.catalog import from_file
from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.scaffold.described import requests_subject
from suite.scaffold.detect import of_command
from suite.scaffold.openapi import read_openapi
from suite.scaffold.project import read_project
from suite.scaffold.texts import texts

pytestmark = pytest.mark.exhaustive
APP = """
from datetime import date
from enum import Enum
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, Form, Header, Query
from pydantic import BaseModel, Field

app = FastAPI(title="Shop")


class Kind(Enum):
    book = "book"
    pen = "pen"


class Owner(BaseModel):
    name: str = Field(min_length=3)
    friends: list["Owner"] = []


class Item(BaseModel):
    code: UUID
    kind: Kind
    day: date
    price: float = Field(gt=0, le=9.5)
    owner: Owner | None
    tags: list[str]


@app.get("/items")
def items(limit: Annotated[int, Query(ge=5)], word: str = "x"):
    return list(range(limit))


@app.get("/items/{number}")
def item(number: int, x_trace: Annotated[str, Header()]):
    return number


@app.post("/items", status_code=201)
def create(item: Item):
    return item


@app.put("/pictures/{name}")
def picture(name: str, note: Annotated[str, Form()]):
    return note


@app.delete("/items/{number}", status_code=204)
def remove(number: UUID):
    pass
"""


def test_all_that_an_app_describes_is_answered_well(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n')
    (tmp_path / "shop_app.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    app = __import__("shop_app").app
    document = json.dumps(app.openapi())
    del sys.modules["shop_app"]
    command = f"{sys.executable} -m uvicorn shop_app:app --port {{port}} --log-level warning"
    subject = requests_subject(read_openapi(document), of_command(command))
    made = texts(read_project(tmp_path, None), subject, "latency")
    (tmp_path / "load_shop.py").write_text(made["load_shop.py"])
    (found,) = from_file(tmp_path / "load_shop.py")
    result = run(found.workload, Settings(rounds=1, seconds=1.0), reference=found.reference)
    assert result.error is None, result.error
    assert result.outcomes["failed"] == 0, result.details
    assert result.outcomes["ok"] > 10
    assert len(result.operations) == 6  # connect is one
