"""What looks like a secret is not kept."""

import pickle

import pytest

from suite import Secret
from suite.process.redaction import redacted, shown_command, shown_url, shown_value, without_password


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("connecting to postgres://app:hunter2@db:5432/app", "connecting to postgres://***@db:5432/app"),
        ("redis://:hunter2@cache/0", "redis://***@cache/0"),
        ("http://host:8000/path is no secret", "http://host:8000/path is no secret"),
        ("DB_PASSWORD=hunter2 started", "DB_PASSWORD=*** started"),
        ('{"access_token": "abc.def", "user": "ann"}', '{"access_token": "***", "user": "ann"}'),
        ("Authorization: Bearer abcdef", "Authorization: Bearer ***"),
        ("Authorization: Token abcdef\nx", "Authorization: ***\nx"),
        ("authorization=ApiKey ab+c/d==; x", "authorization=***; x"),
        ("Authorization: abcdef; retry", "Authorization: ***; retry"),
        ('Authorization: Digest username="ann", response="6629fa", opaque=1 x', "Authorization: *** x"),
        ("{'Authorization': 'Token abcdef', 'a': 1}", "{'Authorization': '***', 'a': 1}"),
        ("Proxy-Authorization: AWS4-HMAC-SHA256 Credential=AK/1, Signature=ab", "Proxy-Authorization: ***"),
        ('password="correct horse battery" x', 'password="***" x'),
        (r'{"password": "a\"b c", "user": "ann"}', '{"password": "***", "user": "ann"}'),
        ('password="cut off', 'password="*** off'),
        ('password: "", user: ann', 'password: "", user: ann'),
        ("api-key: 12345; retry", "api-key: ***; retry"),
        ('{"userPwd": "hunter2"} loginPwd=hunter2', '{"userPwd": "***"} loginPwd=***'),
        ("got eyJhbGciOiJI.eyJzdWIiOiIx.abc-_123 back", "got *** back"),
        ("key AKIAABCDEFGHIJKLMNOP", "key ***"),
        (
            "x\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\ny",
            "x\n***\ny",
        ),
        ("MIIE\n-----END PRIVATE KEY-----\ny", "***\ny"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n", "***"),
        ("3 tokens were counted, the password was wrong", "3 tokens were counted, the password was wrong"),
        ("hunter2secret stands alone", "*** stands alone"),  # the environment has it
        ("the user is ann", "the user is ann"),
        ("postgres://app:p@ssw0rd@db:5432/app", "postgres://***@db:5432/app"),
        ("redis://u:pa#s?s@h/0", "redis://***@h/0"),
        (f"mysql://u:{'x' * 300}@h/d", "mysql://***@h/d"),
        ("STRIPE_KEY=sk_live_abc signing-key: abc", "STRIPE_KEY=*** signing-key: ***"),
        (
            "KeyError: 'a'; Duplicate key: 17; the monkey: 3",
            "KeyError: 'a'; Duplicate key: 17; the monkey: 3",
        ),
        ("sk_test_abcdef was sent", "*** was sent"),  # the environment has it
    ],
)
def test_secrets_are_hidden(text: str, expected: str) -> None:
    environment = {
        "APP_PASSWORD": "hunter2secret",
        "STRIPE_KEY": "sk_test_abcdef",
        "USER": "ann-and-bob",
        "PIN_TOKEN": "ann",
    }
    assert redacted(text, environment) == expected


def test_a_known_secret_is_hidden_in_a_url_and_in_json_too() -> None:
    said = 'GET /?p=p%40ss%2F%22word and {"p": "p@ss/\\"word"}'
    assert redacted(said, {"APP_PASSWORD": 'p@ss/"word'}) == 'GET /?p=*** and {"p": "***"}'


@pytest.mark.parametrize(
    "said",
    [
        "it is p@ss/'w <ö&rd",
        "?p=p%40ss%2F%27w%20%3C%C3%B6%26rd",
        "?p=p%40ss%2f%27w%20%3c%c3%b6%26rd",
        "/p%40ss/%27w%20%3C%C3%B6%26rd",
        "p=p%40ss%2F%27w+%3C%C3%B6%26rd",
        r'{"p": "p@ss/\'w <\u00f6&rd"}'.replace("\\'", "'"),
        r'{"p": "p@ss\/\'w <ö&rd"}'.replace("\\'", "'"),
        "<p>p@ss/&#x27;w &lt;ö&amp;rd</p>",
        repr({"p": "p@ss/'w <ö&rd"}),
        repr("\"p@ss/'w <ö&rd"),
    ],
)
def test_a_known_secret_is_hidden_in_all_that_it_is_commonly_written_in(said: str) -> None:
    """In small letters of a URL, in a form, in PHP's JSON, in HTML; and the end of its line is no part."""
    shown = redacted(said, {"APP_PASSWORD": "p@ss/'w <ö&rd\n"})
    assert "***" in shown
    assert "rd" not in shown


def test_the_folder_that_a_shell_works_in_is_no_password() -> None:
    assert (
        redacted("cd /home/ann/shop", {"PWD": "/home/ann/shop", "OLDPWD": "/home/ann"}) == "cd /home/ann/shop"
    )
    assert redacted("it is hunter2hunter2", {"DB_PWD": "hunter2hunter2"}) == "it is ***"


def test_a_variable_of_blanks_hides_nothing() -> None:
    assert redacted("all of it", {"APP_PASSWORD": "        "}) == "all of it"


@pytest.mark.parametrize(
    ("url", "printed"),
    [
        ("http://h:1/a@b", "http://h:1/a@b"),
        ("http://h:1?a=b", "http://h:1?a=b"),
        ("http://me:x@[::1]:1/a", "http://[::1]:1/a"),
        ("http://me:sec/ret@h:1/a", "http://h:1/a"),
        ("http://me:sec?ret@h:1/a", "http://h:1/a"),
        ("http//me:secret@h", "h"),
        ("http:/me:secret@h", "h"),
        ("mysql://h/x?user=me&password=secret&a=1", "mysql://h/x?user=me&password=***&a=1"),
        ("mysql://h/x?pasword=secret", "mysql://h/x?pasword=***"),
        ("/metrics/@me?token=secret", "/metrics/@me?token=***"),
        ("http://token:8000/x", "http://token:8000/x"),
        ("me", "me"),
    ],
)
def test_what_may_be_printed_of_a_url(url: str, printed: str) -> None:
    assert without_password(url) == printed


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("password", "hunter2", "***"),
        ("api_token", "abc", "***"),
        ("max_tokens", 100, 100),
        ("use_password", True, True),
        ("password", "", ""),
        ("key", "hunter2", "***"),
        ("signing_key", "hunter2", "***"),
        ("signingKey", "hunter2", "***"),
        ("pass", "hunter2", "***"),
        ("pwd", "hunter2", "***"),
        ("userPwd", "hunter2", "***"),
        ("monkey", "of the zoo", "of the zoo"),
        ("sort_key", "price", "price"),
        ("token_type", "bearer", "bearer"),
        ("token_type_secret", "hunter2", "***"),
        ("keyspace", "shop", "shop"),
        ("cookies", {"sid": "hunter2"}, "***"),
        ("database", "postgres://me:hunter2@db/x", "postgres://***@db/x"),
        ("mode", "fast", "fast"),
        ("mode", None, None),
        ("mode", ("a", 1), "('a', 1)"),
        ("mode", Secret("hush hush"), "***"),
        ("mode", "it says hush hush", "it says ***"),
    ],
)
def test_parameters_are_kept_without_secrets(name: str, value: object, shown: object) -> None:
    Secret("hush hush")
    assert shown_value(name, value) == shown


def test_a_secret_is_text_like_any_other() -> None:
    secret = Secret("swordfish")
    assert (secret, f"{secret}", secret + "!") == ("swordfish", "swordfish", "swordfish!")
    assert repr(secret) == "Secret('***')"
    assert pickle.loads(pickle.dumps(secret)) == secret
    assert isinstance(pickle.loads(pickle.dumps(secret)), Secret)


@pytest.mark.parametrize(
    ("argv", "shown"),
    [
        (["app", "--password", "hunter2", "--port", "80"], "app --password '***' --port 80"),
        (["app", "--api-key=hunter2"], "app --api-key=***"),
        (["app", "--token", "--verbose"], "app --token --verbose"),
        (["app", "redis://:hunter2@h/0"], "app redis://***@h/0"),
        (["app", "--password=a b, c'd"], "app --password=***"),
        (["app", "--password", "-S3cret"], "app --password '***'"),
        (["app", "--key", "hunter2", "--tls-key=a b"], "app --key '***' --tls-key=***"),
        (["curl", "-H", "Authorization: Token abcdef", "-v"], "curl -H 'Authorization: ***' -v"),
        (["curl", "--header=X-Api-Key: abcdef"], "curl '--header=X-Api-Key: ***'"),
        (["app", "--pass", "hunter2", "--pwd=hunter2"], "app --pass '***' --pwd=***"),
        (["redis-server", "--requirepass", "hunter2"], "redis-server --requirepass '***'"),
        (["sh", "-c", "app --password hunter2 -v"], "sh -c 'app --password *** -v'"),
        (["curl", "-u", "ann:hunter2", "http://h"], "curl -u ann:*** http://h"),
        (["curl", "-b", "sid=hunter2", "--cookie=a=b"], "curl -b *** --cookie=***"),
        (["mysql", "-uroot", "-phunter2"], "mysql -uroot -p***"),
        (["env", "DB_PASSWORD=a b", "DEBUG=1 2", "app"], "env DB_PASSWORD=*** 'DEBUG=1 2' app"),
    ],
)
def test_a_command_line_is_kept_without_secrets(argv: list[str], shown: str) -> None:
    assert shown_command(argv) == shown


def test_the_value_of_a_header_is_hidden_wherever_it_stands() -> None:
    shown_command(["curl", "-H", "Authorization: Token twice-told"])
    assert redacted("got twice-told") == "got ***"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://h:1/a", "http://h:1/a"),
        ("http://h:1/a?key=x&b=c", "http://h:1/a?***"),
        ("http://me:secret@h:1/a?x#y", "http://h:1/a?***"),
        ("postgresql://me:secret/a", "postgresql://me:***/a"),
        ("postgresql://a:1,b:2/c", "postgresql://a:1,b:2/c"),
        ("http://[::1]:8000/a", "http://[::1]:8000/a"),
        ("http://h:{port}/a", "http://h:{port}/a"),
    ],
)
def test_a_target_is_kept_without_its_query(url: str, shown: str) -> None:
    assert shown_url(url) == shown
