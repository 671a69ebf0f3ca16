"""What goes to another machine is said first, and asked for."""

from __future__ import annotations

import pytest

LOAD = """
from suite import Command, User, Workload, closed_loop, open_loop, operation

class Shopper(User):
    @operation
    async def browse(self):
        pass

shop = Command("shop --port {port}")
browse = Workload("shop/browse", shop, Shopper, loop=open_loop(200, 30))
rush = Workload("shop/rush", shop, Shopper, loop=closed_loop(8, seconds=10, think=0.5))
"""
AWAY = "http://staging.example:8000"


@pytest.fixture
def shop(command, engine):
    command.file("load_shop.py", LOAD)
    return command


@pytest.fixture
def asked(monkeypatch):
    """Somebody is there, and has answers."""
    answers = []
    monkeypatch.setattr("suite.report.terminal.asking._somebody_is_there", lambda: True)

    def confirm(text, err=False):
        assert err
        answers.append(text)
        return len(answers) == 1

    monkeypatch.setattr("typer.confirm", confirm)
    return answers


def test_where_nobody_can_be_asked_nothing_is_sent(shop, engine):
    said = shop("run", "load_shop.py", "--target", AWAY, "--rounds", 2)
    assert said.code == 2
    assert said.complaints == [
        "suite: load goes to staging.example:8000, which is not this machine:",
        "  shop/browse: open loop, 200 /s, 30 s, 2 rounds, 12,000 in all",
        "  shop/rush: closed loop, 8 users, 10 s, think 500 ms, 2 rounds, as many as are answered",
        "suite: nothing was sent to staging.example:8000: nobody is there to be asked; if it may be loaded, "
        "add --yes",
    ]
    assert engine.asked == {}


def test_yes_is_said_before(shop, engine):
    said = shop("run", "load_shop.py", "--target", AWAY, "--yes")
    assert said.code == 0
    assert "shop/browse: open loop" in said.err
    assert len(engine.asked) == 2


def test_a_person_is_asked_once(shop, engine, asked):
    assert shop("run", "load_shop.py", "--target", AWAY).code == 0
    assert asked == ["May it be loaded like this?"]
    assert len(engine.asked) == 2


def test_no_is_no(shop, engine, asked):
    asked.append("once before")
    said = shop("run", "load_shop.py", "--target", AWAY)
    assert (said.code, said.complaints[-1]) == (2, "suite: nothing was sent to staging.example:8000")
    assert engine.asked == {}


@pytest.mark.parametrize("words", [[], ["--target", "http://localhost:1"], ["--target", "127.0.0.5:1"]])
def test_this_machine_is_never_asked_for(shop, engine, words):
    said = shop("run", "load_shop.py", *words)
    assert (said.code, said.err) == (0, "")


def test_a_target_of_the_configuration_is_asked_for_too(shop, engine):
    shop.file("loadledger.toml", f'target = "{AWAY}"\n')
    assert shop("run", "load_shop.py", "-k", "rush").code == 2


@pytest.mark.parametrize("name", ["capacity", "resilience", "recover", "soak"])
def test_searches_ask_too(shop, name):
    length = ["--minutes", 1] if name == "soak" else []
    said = shop(name, "load_shop.py", "-k", "browse", "--target", AWAY, *length)
    assert said.code == 2
    assert "1 round, more or less of it as the search goes" in said.err
    assert "nobody is there to be asked" in said.complaints[-1]


STORING = """
from suite import Command, User, Workload, closed_loop, operation

class Sender(User):
    @operation
    async def store(self):
        pass

archive = Command("archive --port {port}")
stays = "what is sent stays there"
store = Workload("archive/store", archive, Sender, loop=closed_loop(1, operations=40), caution=stays)
fill = Workload("archive/fill", archive, Sender, loop=closed_loop(1, operations=40), caution=stays)
look = Workload("archive/look", archive, Sender, loop=closed_loop(1, operations=40))
"""


def test_what_should_be_known_of_a_workload_is_said_before_it_goes_anywhere(command, engine):
    command.file("load_archive.py", STORING)
    said = command("run", "load_archive.py", "--target", "ARCHIVE@pacs.example:104", "--rounds", 1)
    assert said.code == 2
    assert said.complaints == [
        "suite: load goes to pacs.example:104, which is not this machine:",
        "  archive/store: closed loop, 1 user, 40 operations, 1 round, 40 in all",
        "  archive/fill: closed loop, 1 user, 40 operations, 1 round, 40 in all",
        "  archive/look: closed loop, 1 user, 40 operations, 1 round, 40 in all",
        "suite: pacs.example:104: what is sent stays there",
        "suite: nothing was sent to pacs.example:104: nobody is there to be asked; if it may be loaded, "
        "add --yes",
    ]
    assert engine.asked == {}
    said = command("run", "load_archive.py", "-k", "store", "--target", "127.0.0.1:104")
    assert (said.code, said.complaints) == (0, ["suite: 127.0.0.1:104: what is sent stays there"])
    for words in (
        ["run", "load_archive.py"],
        ["run", "load_archive.py", "-k", "look", "--target", "[::1]:1"],
    ):
        assert command(*words).err == ""
