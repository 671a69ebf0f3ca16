"""Each user has a row of its own; what can't be read or does not suffice is one clear line."""

import re

import pytest
from examples.load_echo import Line, echo_server

from suite import User, Workload, closed_loop, open_loop, operation
from suite.config.configured import configured
from suite.config.settings import Settings
from suite.data import rows
from suite.engine.coordinator import run
from suite.errors import ConfigurationError

pytestmark = pytest.mark.usefixtures("rounds_once")


def user_of(path, **options):
    class Customer(User):
        account = rows(path, **options)

        @operation
        async def buy(self): ...

    return Customer


def numbered(customer, index):
    user = customer()
    user.index = index
    return user


@pytest.fixture
def users(tmp_path):
    path = tmp_path / "users.csv"
    path.write_text('name,password\nada,x\n\ngrace,"y,z"\n')
    return path


def test_a_user_has_the_row_of_its_index(users):
    customer = user_of(users)
    assert numbered(customer, 0).account == {"name": "ada", "password": "x"}
    assert numbered(customer, 1).account == {"name": "grace", "password": "y,z"}
    assert customer.most_users() == 2


def test_rows_are_used_again_if_that_is_wanted(users):
    customer = user_of(users, reuse=True)
    assert numbered(customer, 2).account["name"] == "ada"
    assert customer.most_users() is None


def test_a_mark_of_the_encoding_is_no_part_of_a_name(tmp_path):
    path = tmp_path / "users.csv"
    path.write_bytes("\ufeffname\ngröße\n".encode())
    assert numbered(user_of(path), 0).account == {"name": "größe"}
    path.write_bytes("name\ngröße\n".encode("latin-1"))
    assert numbered(user_of(path, encoding="latin-1"), 0).account == {"name": "größe"}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "is empty; its first line names the columns"),
        (b"name\n", "there is no row below the names"),
        (b"ada,1\ngrace,2\n", "has to name the columns, '1' is no name"),
        (b"name,name\na,b\n", "names name twice"),
        (b"name,password\nada\n", "row 2 has 1 cells, the first line 2"),
        (b"name\n\xff\xfe\n", "is not utf-8-sig: save it as UTF-8, or give rows(..., encoding=)"),
        (b'name\n"ada\n', "is not CSV"),
    ],
)
def test_files_that_are_none_of_it(tmp_path, content, fault):
    path = tmp_path / "users.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=re.escape(fault)) as caught:
        user_of(path).most_users()
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"can't read .*users\.csv: No such file"):
        user_of(tmp_path / "users.csv").most_users()


def test_too_few_rows_is_told_before_anything_starts(users):
    workload = Workload("shop/buy", echo_server(), user_of(users), loop=closed_loop(3, seconds=1))
    with pytest.raises(ConfigurationError, match="3 users want a row each and there are 2; give more rows"):
        configured(workload, Settings())


class Owner(Line):
    account = rows("accounts.csv")

    @operation
    async def ask_slowly(self):
        self.keep([self.index, self.account["name"]])
        await self.ask(b"hello\n")


def _every_row_was_used_by_one_user_only(_system, kept, _recording):
    found = {(index, name) for index, name in kept}
    assert found == {(index, f"user-{index}") for index in range(12)}


@pytest.mark.exhaustive
def test_rows_bound_the_users_that_an_open_loop_adds():
    workload = Workload(
        "echo/rows",
        echo_server(delay=0.05),
        Owner,
        loop=open_loop(400, 0.5),
        checks=[_every_row_was_used_by_one_user_only],
    )
    result = run(workload, Settings(rounds=1, workers=2))
    assert result.checks[0].passed, result.checks
