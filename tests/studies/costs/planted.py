"""The README's shop in a repository of its own, with a branch for each change that is planted in it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from support.processes import EXAMPLES

_EXTRA = '''"""What every answer of the shop takes beside."""

import os
import sqlite3
import tempfile

_stock = sqlite3.connect(":memory:", check_same_thread=False)
_stock.execute("create table stock (item integer)")
_journal = tempfile.TemporaryFile(buffering=0)


def in_stock():
    """One statement."""
    return _stock.execute("select count(*) from stock").fetchone()[0]


def price(number):
    """Some instructions."""
    total = 0
    for each in range(number):
        total += taxed(each)
    return total


def taxed(amount):
    """What a price is made of."""
    return amount * 5


def basket(size):
    """As many objects."""
    return [object() for _ in range(size)]


def noted():
    """What was asked for is on disk."""
    os.fsync(_journal.fileno())


def extra():
    """All of it."""
    price(20)
    basket(20)
    in_stock()
    noted()
'''


@dataclass(frozen=True)
class Planted:
    """A change of a module: what stands there `before` and `after`, the `metric` that grows, and where: in
    which function, and by which C function if it is one's.
    """

    before: str
    after: str
    metric: str
    function: str
    called: str = ""


CHANGES = {
    "instructions +1 %": Planted("price(20)", "price(95)", "cost.instructions", "taxed"),
    "a statement": Planted(
        "in_stock()\n    n", "in_stock(), in_stock()\n    n", "cost.statements", "in_stock"
    ),
    "100 objects": Planted("basket(20)", "basket(120)", "cost.allocations", "basket"),
    "an fsync": Planted(
        "os.fsync(_journal.fileno())",
        "os.fsync(_journal.fileno()), os.fsync(_journal.fileno())",
        "cost.system_calls",
        "noted",
        "os.fsync",
    ),
}
BASE = "base"
LOAD = "load_shop.py"


def branch(case):
    """Where a case lies: a commit against itself is the base's."""
    return case.replace(" ", "-").replace("%", "percent").replace("+", "") if case in CHANGES else BASE


def changed(change):
    """The module with a change of `CHANGES` in it."""
    assert _EXTRA.count(change.before) == 1
    return _EXTRA.replace(change.before, change.after)


def plant(folder):
    """Make the repository in `folder`, which is empty; with a branch for each case."""
    shop = (EXAMPLES / "shop.py").read_text()
    for handler in ("    return list(ITEMS)\n", "    if not 1 <= wish.item"):
        assert shop.count(handler) == 1
        shop = shop.replace(handler, f"    extra()\n{handler}")
    shop = shop.replace("app = FastAPI()", "from extra import extra\n\napp = FastAPI()")
    _git(folder, "init", "-q", "-b", BASE)
    files = {
        "shop.py": shop,
        "extra.py": _EXTRA,
        LOAD: (EXAMPLES / LOAD).read_text(),
        ".gitignore": "results/\n",
    }
    for name, text in files.items():
        Path(folder, name).write_text(text)
    _commit(folder, "The shop")
    for case, change in CHANGES.items():
        _git(folder, "checkout", "-q", "-b", branch(case), BASE)
        Path(folder, "extra.py").write_text(changed(change))
        _commit(folder, case)
    _git(folder, "checkout", "-q", BASE)


def _commit(folder, subject):
    _git(folder, "add", "-A")
    _git(folder, "commit", "-qm", subject)


def _git(folder, *words):
    named = ("-c", "user.name=Study", "-c", "user.email=study@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *named, *words], cwd=folder, check=True, timeout=60)
