"""curl commands into requests, without their secrets."""

import contextlib
import json
import shlex

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from suite.errors import ConfigurationError
from suite.scaffold.curl import read_curl
from suite.scaffold.sample_request import Parameter

HOST = "http://127.0.0.1:8000"


def one(text):
    (found,) = read_curl(text).requests
    return found


@pytest.mark.parametrize(
    ("command", "method", "target"),
    [
        (f"curl {HOST}", "GET", "/"),
        (f"curl -XPUT {HOST}/a", "PUT", "/a"),
        (f"curl -sSLX DELETE '{HOST}/a b'", "DELETE", "/a b"),
        (f"curl -I {HOST}/a", "HEAD", "/a"),
        (f"curl -d a=1 {HOST}/a", "POST", "/a"),
        (f"$ curl --url {HOST}/a --compressed -k", "GET", "/a"),
        (f"/usr/bin/curl -o /dev/null -w '%{{time}}' {HOST}/a | jq .", "GET", "/a"),
        ("curl 127.0.0.1:8000/a", "GET", "/a"),
        (f"curl -- {HOST}/a", "GET", "/a"),
        (f"$ \ncurl.exe {HOST}/a", "GET", "/a"),
        (f"curl --proto '=https' --tlsv1.2 --noproxy '*' {HOST}/a", "GET", "/a"),
        (f"curl {HOST}/a >out.json 2>&1", "GET", "/a"),
        (f"curl {HOST}/a |jq . && curl {HOST}/b", "GET", "/a"),
        ("curl '127.0.0.1:8000/a?next=http://a.example/'", "GET", "/a"),
        (f"curl '' {HOST}/a", "GET", "/a"),
    ],
)
def test_method_and_path(command, method, target):
    found = read_curl(command)
    assert found.address == HOST
    (request,) = found.requests
    assert (request.method, request.target) == (method, target)


def test_a_command_goes_on_behind_backslashes_and_within_quotes():
    found = one(
        f"curl {HOST}/a \\\n  -H 'x-a: 1' \\\n"
        "  --data-raw '{\n \"a\": 1}' -H 'content-type: application/json'\n"
    )
    assert found.json == {"a": 1}
    assert found.headers == (("x-a", "1"),)


def test_quotes_end_where_a_shell_ends_them():
    plain = "-H 'content-type: text/plain'"
    text = f"curl {HOST}/a {plain} -d 'it\\' -d \"b\\\"\nc\" -d $'d\\'\ne' -d \\'\ncurl {HOST}/b\n$ \n"
    assert [one.text or one.target for one in read_curl(text).requests] == ["it\\&b\"\nc&d'\ne&'", "/b"]
    assert read_curl(text).left == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a\%b\q", r"a\%b\q"),
        (r"\x41\x4z\x", "A\x04z\\x"),
        (r"\u00e9\u4e2d\uZ", "é中\\uZ"),
        (r"\U0001f600\UFFFFFFFF", "😀\\UFFFFFFFF"),
        (r"\101\e[0m\t\?", "A\x1b[0m\t?"),
        (r"\N{BULLET} \'\"\\", "\\N{BULLET} '\"\\"),
    ],
)
def test_escapes_in_quotes_of_bash_are_those_of_bash(written, meant):
    """Python's, which they were taken for, end in an error, or in a warning that will be one."""
    assert one(f"curl {HOST} -H 'content-type: text/plain' -d $'{written}'").text == meant


def test_a_long_body_is_read_in_one_go():
    """All of it was read again with each of its lines."""
    body = json.dumps([{"number": number} for number in range(4000)], indent=1)
    assert len(one(f"curl {HOST} --json '{body}'").json) == 4000


def test_what_a_browser_copies():
    found = one(
        f"curl '{HOST}/a?x=1' -H 'sec-ch-ua: x' -H 'accept: */*' -H 'referer: {HOST}' -b 'sid=1; t=2' "
        "--data-raw $'{\"a\":\"it\\'s \\u0021\"}' -H 'content-type: application/json;charset=utf-8'"
    )
    assert found.query == (("x", "1"),)
    assert found.headers == (("accept", "*/*"), ("cookie", Parameter("cookie")))
    assert found.json == {"a": "it's !"}


@pytest.mark.parametrize(
    ("options", "what", "value"),
    [
        ("-d a=1 -d b=2", "form", (("a", "1"), ("b", "2"))),
        ("--data-urlencode 'a=x y'", "form", (("a", "x y"),)),
        ("-d a=1 -d a=2", "text", "a=1&a=2"),
        ("-G -d a=1", "query", (("a", "1"),)),
        ("--json '{\"a\": [1]}'", "json", {"a": [1]}),
        ("-H 'content-type: text/plain' -d hello", "text", "hello"),
        ("-F a=1 -F file=@/home/ada/cat.png;type=image/png", "files", (("file", "cat.png"),)),
        ("-d ';' -H 'content-type: text/plain'", "text", ";"),
        ("-F a=1 -F a=2", "form", (("a", "1"), ("a", "2"))),
        ("--form-string a=@b", "form", (("a", "@b"),)),
        ("--url-query a=1 --url-query +b=2", "query", (("a", "1"), ("b", "2"))),
        ("--data-raw @a -H 'content-type: text/plain'", "text", "@a"),
        ("--data-binary @body.json", "todo", ("its content came from the file body.json",)),
        ("--data-urlencode a@b.txt", "todo", ("its a came from the file b.txt",)),
        ("--data-urlencode a=x@y.example", "form", (("a", "x@y.example"),)),
        ("-d @body.json", "todo", ("its content came from the file body.json",)),
        ("-b jar.txt", "todo", ("its cookies came from a file of curl's",)),
        ("-T a.bin", "todo", ("curl's -T is not done here",)),
    ],
)
def test_content(options, what, value):
    assert getattr(one(f"curl {options} {HOST}"), what) == value


@pytest.mark.parametrize(
    ("options", "secret", "names"),
    [
        ("-H 'Authorization: Bearer abc123'", "abc123", ("authorization",)),
        ("-u ada:hunter2", "hunter2", ("authorization",)),
        ("-b 'sid=hunter2'", "hunter2", ("cookie",)),
        ("-H 'X-Api-Key: hunter2' -d password=hunter3", "hunter", ("x_api_key", "password")),
        ('--json \'{"login": [{"secret": "hunter2", "pin": 1234}]}\'', "hunter2", ("secret", "pin")),
        ("--oauth2-bearer hunter2", "hunter2", ("authorization",)),
        ("-H 'content-type: text/xml' -d '<password>hunter2</password>'", "hunter2", ("content",)),
        ("-d a=1 -d a=2 -d token=hunter2", "hunter2", ()),
        ("-H 'x-a: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefgh'", "eyJ", ("x_a",)),
    ],
)
def test_secrets_are_parameters(options, secret, names):
    found = read_curl(f"curl {options} {HOST}")
    assert found.parameters() == names
    assert secret not in repr(found)


def test_the_same_secret_has_one_name():
    found = read_curl("".join(f"curl -H 'Authorization: {text}' {HOST}\n" for text in ("a1", "b2", "a1")))
    first, second = Parameter("authorization"), Parameter("authorization_2")
    assert [dict(each.headers)["authorization"] for each in found.requests] == [first, second, first]


def test_a_password_in_the_url_goes_into_a_parameter():
    found = read_curl("curl http://ada:hunter2@127.0.0.1:8000/a")
    assert found.address == HOST
    assert "hunter2" not in repr(found)
    assert found.parameters() == ("authorization",)


def test_what_is_left_out_is_told():
    found = read_curl(f"#!/bin/sh\ncurl {HOST}/a\nexport A=1\ncurl https://other.example/b\n")
    assert len(found.requests) == 1
    assert found.left == (
        "no curl command: export A=1", f"GET https://other.example/b: another server than {HOST}",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no curl command in it, like"),
        ("wget x", "there is no curl command in it, like"),
        ("curl -s", "a curl command without a URL"),
        (f"curl {HOST} -H 'a", "quotation in"),
        (f"curl {HOST} -H", "-H wants a value"),
        ("curl 'http://[::1/a'", "http://\\[::1/a is no URL: Invalid IPv6 URL"),
    ],
)
def test_what_is_no_curl_command(text, said):
    with pytest.raises(ConfigurationError, match=said):
        read_curl(text)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)


@example({"a": "$"}, "")
@given(st.dictionaries(st.from_regex(r"\A[a-z]{1,8}\Z"), WORDS, max_size=4), WORDS)
def test_words_are_those_of_a_shell(fields, header):
    """Whatever shlex quotes is read as it was: form fields, a header."""
    header = header.strip()
    words = [
        "curl",
        f"{HOST}/a",
        *(part for name, value in fields.items() for part in ("--form", f"x{name}x={value}")),
    ]
    words += ["-H", f"x-plain: {header}"]
    found = one(shlex.join(words))
    wanted = {f"x{name}x": value for name, value in fields.items()}
    said = {**dict(found.form), **{name: None for name, _ in found.files}}
    assert said.keys() == wanted.keys()
    assert all(
        isinstance(said[name], Parameter) or said[name] in (value, None) for name, value in wanted.items()
    )
    if header and dict(found.headers)["x-plain"] != header:
        assert isinstance(dict(found.headers)["x-plain"], Parameter)


@given(st.text(max_size=120))
def test_no_text_breaks_it(text):
    with contextlib.suppress(ConfigurationError):
        assert read_curl(text).requests


@pytest.mark.parametrize(
    "text",
    [
        "export API_TOKEN=hunter2secret\ncurl http://h/a",
        "curl -H 'Authorization: Bearer hunter2secret'",
        "curl 'http://me:hunter2secret@[h/a'",
        "curl -H 'password: hunter2secret' 'http://h",
    ],
)
def test_what_can_not_be_used_is_told_without_its_secrets(text):
    try:
        said = str(read_curl(text).left)
    except ConfigurationError as error:
        said = str(error)
    assert said
    assert "hunter2" not in said


def test_many_letters_of_options_are_read_in_one_go():
    """Each letter had all that followed it copied."""
    assert one(f"curl -{'s' * 100_000}X POST http://h/a").method == "POST"
