"""A browser's recording into requests: think times, and values that earlier answers had."""

import ast
import contextlib
import json
import re

import pytest

from suite.errors import ConfigurationError
from suite.scaffold.har import read_har
from suite.scaffold.requests_source import source_of, step_names
from suite.scaffold.sample_request import Parameter

SHOP = "https://shop.example"


JSON = "application/json"


def entry(
    second, url, method="GET", *, answer=None, headers=(), content=None, kind=JSON, set_cookie="", status=200
):
    posted = {} if content is None else {"postData": {"mimeType": kind, "text": content}}
    said = [{"name": "Set-Cookie", "value": set_cookie}] if set_cookie else []
    mime = "application/json" if answer is not None else "text/html"
    return {
        "startedDateTime": f"2026-01-15T12:00:{second:06.3f}Z",
        "time": 100,
        "request": {
            "method": method, "url": url, "headers": [{"name": n, "value": v} for n, v in headers], **posted,
        },
        "response": {
            "status": status, "headers": said, "content": {"mimeType": mime, "text": json.dumps(answer)},
        },
    }  # fmt: skip


def har(*entries):
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}})


VISIT = har(
    entry(0, f"{SHOP}/login", "POST", content='{"user": "ada", "password": "hunter2"}',
          answer={"session": {"token": "tok-987654"}, "id": 4711}, set_cookie="sid=abc; Path=/"),
    entry(0.05, f"{SHOP}/logo.png") | {"response": {"content": {"mimeType": "image/png"}}},
    entry(2.1, f"{SHOP}/users/4711/orders?page=1",
          headers=[("Authorization", "Bearer tok-987654"), ("Cookie", "sid=abc; old=1"), (":path", "/x")]),
    entry(2.2, "https://stats.example/hit", "POST"),
    entry(2.25, f"{SHOP}/orders", "POST", content="item=7&csrf_token=zzz", status=302,
          kind="application/x-www-form-urlencoded", headers=[("Cookie", "sid=abc")]),
)  # fmt: skip


def test_requests_in_their_order_with_think_times():
    found = read_har(VISIT)
    assert found.address == SHOP
    assert found.journey
    assert [one.shown for one in found.requests] == ["POST /login", "GET /users/4711/orders", "POST /orders"]
    assert [one.think for one in found.requests] == [2.0, 0.05, 0.0]
    assert [one.status for one in found.requests] == [200, 200, 302]
    assert found.left == ("1 pictures, scripts, styles and fonts", "1 for https://stats.example")


def test_values_of_earlier_answers_are_named_and_not_guessed():
    _, orders, last = read_har(VISIT).requests
    assert orders.target == "/users/4711/orders"
    assert orders.todo == (
        "it had cookies from before the recording: old",
        "the path's part 4711 was id in the answer of POST /login: take it from there",
        "the header Authorization was session.token in the answer of POST /login: take it from there",
    )
    assert last.todo == ()


def test_of_several_answers_with_a_value_it_is_the_last_and_there_the_first_place():
    answers = {"a": "tok-1234"}, {"b": "tok-1234", "c": "tok-1234"}, {"d": "other-1"}
    *_, last = read_har(
        har(
            *(entry(at, f"{SHOP}/{at}", answer=answer) for at, answer in enumerate(answers)),
            entry(9, f"{SHOP}/tok-1234"),
        )
    ).requests
    assert last.todo == ("the path's part tok-1234 was b in the answer of GET /1: take it from there",)


def test_a_long_recording_is_read_in_one_go():
    """Each value was looked for in all answers before it."""
    leaves = {f"leaf{at}": f"value-{at}" for at in range(200)}
    visits = [
        entry(at / 100, f"{SHOP}/there/nowhere-{at}?word=unheard-{at}", answer=leaves) for at in range(2000)
    ]
    assert len(read_har(har(*visits)).requests) == 2000


@pytest.mark.parametrize("name", ["pwd", "pass", "user_pass", "userPwd", "login_pwd"])
def test_a_password_in_a_field_of_a_usual_name_is_a_parameter(name):
    """As the forms of WordPress and Drupal call theirs; the load file is committed."""
    form = {"kind": "application/x-www-form-urlencoded", "content": f"log=ada&{name}=hunter2"}
    data = {"content": json.dumps({"log": "ada", name: "hunter2"})}
    for posted in (form, data):
        found = read_har(har(entry(0, f"{SHOP}/login", "POST", **posted)))
        assert len(found.parameters()) == 1
        assert "hunter2" not in repr(found)


def test_secrets_are_parameters_and_cookies_that_were_set_go_by_themselves():
    found = read_har(VISIT)
    login, orders, last = found.requests
    assert login.json == {"user": "ada", "password": Parameter("password")}
    assert dict(orders.headers) == {
        "authorization": Parameter("authorization"),
        "cookie": Parameter("cookie"),
    }
    assert last.headers == ()
    assert last.form == (("item", "7"), ("csrf_token", Parameter("csrf_token")))
    assert not any(secret in repr(found) for secret in ("hunter2", "tok-987654", "zzz", "sid=abc"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rubbish", "is no HAR document: it has no log"),
        ("{}", "is no HAR document: it has no log"),
        (har(), "has no request of HTTP but for pictures"),
        (har(entry(0, "data:image/png,x")), "has no request of HTTP but for pictures"),
    ],
)
def test_what_is_no_recording(text, said):
    with pytest.raises(ConfigurationError, match=said):
        read_har(text)


@pytest.mark.parametrize("part", ["request", "response", "time", "startedDateTime"])
@pytest.mark.parametrize("value", [None, 3, 1e999, "x", [], {}, [3], {"headers": [3]}])
def test_parts_of_another_form_are_told_or_left_out(part, value):
    text = json.dumps({"log": {"entries": [json.loads(VISIT)["log"]["entries"][0] | {part: value}]}})
    try:
        assert read_har(text).requests
    except ConfigurationError as error:
        assert re.search("another form than HAR says|no log.entries|no request of HTTP", str(error))  # noqa: PT017


@pytest.mark.parametrize(
    "change",
    [
        {"response": {"status": 1e999}},
        {"time": 10**400},
        {"startedDateTime": "0001-01-01T00:00:00+14:00"},
        {
            "request": {
                "method": "GET",
                "url": "http://h/a\ud800?q=\ud800",
                "headers": [{"name": "\ud800", "value": "\ud800"}],
            }
        },
        {"request": {"method": "GET", "url": "http://[h/a"}},
        {"response": [1]},
    ],
)
def test_an_odd_entry_is_one_line_or_none(change):
    one, two = entry(1, "http://h/a"), entry(2, "http://h/b")
    with contextlib.suppress(ConfigurationError):
        found = read_har(json.dumps({"log": {"entries": [{**one, **change}, two]}}))
        ast.parse("class A:\n" + source_of(found).body.encode().decode())


def test_a_secret_in_a_path_is_not_written():
    token = "eyJhbGciOiJI.eyJzdWIiOiIx.abc-_123"
    (found,) = read_har(har(entry(1, f"http://h/reset/{token}/x"))).requests
    assert token not in repr(found)
    assert found.target == "/reset/***/x"
    assert "a part of its path is secret and was left out" in found.todo


def test_a_long_recording_of_one_path_is_read_in_one_go():
    """Each was given the number after the last by counting anew: five thousand polls took minutes."""
    many = [entry(1, f"http://h/poll?token=t{number:06}") for number in range(5_000)]
    found = read_har(har(*many))
    assert len({*found.parameters()}) == 5_000
    assert len({*step_names(found)}) == 5_000
