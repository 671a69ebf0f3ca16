"""Secrets that are told with no sign between a name and a value, and words that are none."""

import pytest

from suite.process.redaction import redacted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the password is hunter2", "the password is ***"),
        ("password was hunter2 before", "password was *** before"),
        ("Password for ann is 'correct horse', x", "Password for ann is '***', x"),
        ("password is `swordfish`.", "password is ***."),
        ("your temporary password is now Tr0ub4dor&3)", "your temporary password is now ***)"),
        ("the token for user ann was set to abc123def", "the token for user ann was set to ***"),
        ("the api key is: k3yk3y99", "the api key is: ***"),
        ("password is p@ssword", "password is ***"),
        ("the passcode is 493021.", "the passcode is ***."),
        ('(passcode is "493021")', '(passcode is "***")'),
    ],
)
def test_a_sentence_that_says_what_a_secret_is_does_not_get_out(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("invalid token abc123", "invalid token ***"),
        ("invalid token 'abc123', try again", "invalid token '***', try again"),
        ("Invalid API key k9f3x2 given", "Invalid API key *** given"),
        ("wrong password hunter2 for ann", "wrong password *** for ann"),
        ("login failed: password hunter2! is wrong", "login failed: password *** is wrong"),
        ("sent an expired access_token 8f14e45fceea", "sent an expired access_token ***"),
        ("unknown credential xK9-22-abc", "unknown credential ***"),
        ("(token c9f0f895fb98ab91), x", "(token ***), x"),
        ("secret 123e4567-e89b-12d3-a456-426614174000.", "secret ***."),
        ("{'error': 'token c9f0f895fb98ab91'}", "{'error': 'token ***'}"),
    ],
)
def test_a_message_that_quotes_what_it_refuses_does_not_tell_it(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Step 3/7 : ENV DB_PASSWORD hunter two", "Step 3/7 : ENV DB_PASSWORD ***"),
        ("ENV API_KEY swordfish\nRUN x", "ENV API_KEY ***\nRUN x"),
        ("ARG TOKEN hunter2", "ARG TOKEN ***"),
        (r'"ENV DB_PASSWORD hunter2\n"', r'"ENV DB_PASSWORD ***\n"'),
        ("setenv DB_PASSWORD swordfish", "setenv DB_PASSWORD ***"),
        ("SetEnv APP_SECRET 'a b'", "SetEnv APP_SECRET '***'"),
        ("set -gx GITHUB_TOKEN swordfish", "set -gx GITHUB_TOKEN ***"),
        ("requirepass swordfish", "requirepass ***"),
        ('CONFIG SET masterauth "sword fish"', 'CONFIG SET masterauth "***"'),
    ],
)
def test_a_line_of_settings_with_a_blank_for_a_sign_is_known(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("| password | hunter2 |", "| password | *** |"),
        ("│ api key   │ k3yk3y99 │", "│ api key   │ *** │"),
        ("DB_PASSWORD          hunter2", "DB_PASSWORD          ***"),
        ("password: hunter1 -> hunter2", "password: *** -> ***"),
        ("password -> hunter2", "password -> ***"),
        ("    user.set_password('hunter2')", "    user.set_password('***')"),
        ("GET /reset-password/0a1b2c3d4e5f6a7b/x", "GET /reset-password/***/x"),
    ],
)
def test_a_table_a_change_a_call_and_a_path_are_known(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AUTH swordfish", "AUTH ***"),
        ("sent AUTH ann hunter2", "sent AUTH ann ***"),
        ("127.0.0.1:6379> auth ann swordfish\nOK", "127.0.0.1:6379> auth ann ***\nOK"),
        ("HELLO 3 AUTH default swordfish SETNAME x", "HELLO 3 AUTH default *** SETNAME x"),
        ('133.1 [0 127.0.0.1:6] "AUTH" "swordfish"', '133.1 [0 127.0.0.1:6] "AUTH" "***"'),
        ("execute_command('AUTH', 'ann', 'swordfish')", "execute_command('AUTH', 'ann', '***')"),
        ("*2\r\n$4\r\nAUTH\r\n$9\r\nswordfish\r\n", "*2\r\n$4\r\nAUTH\r\n$9\r\n***\r\n"),
        (
            r"b'*3\r\n$4\r\nAUTH\r\n$3\r\nann\r\n$9\r\nswordfish\r\n'",
            r"b'*3\r\n$4\r\nAUTH\r\n$3\r\nann\r\n$9\r\n***\r\n'",
        ),
        ("ACL SETUSER ann on >swordfish ~*", "ACL SETUSER ann on >*** ~*"),
        ("AUTH PLAIN AGFubgBodW50ZXIy", "AUTH PLAIN ***"),
        ("> USER ann\n> PASS hunter2\n< 230", "> USER ann\n> PASS ***\n< 230"),
    ],
)
def test_a_login_at_redis_is_known_as_it_is_typed_shown_and_sent(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "the password is wrong, is required, was changed by ann, is 'required'",
        "token is expired, the token is a string, the secret is out, your secret was found",
        "token is base64 encoded, sha256-hashed; use hashes: password is argon2id",
        "password is too short: 8-64 characters, password is 1024 bytes, password is 8 characters",
        "token was 1500ms old, is 3600s, was issued 2024-01-01, token 2024-05-01T10:00:00Z",
        "Unexpected token is '}', unexpected token abc123def",
        "invalid token type, invalid token at line 42, invalid token in JSON, bad password given",
        "token bucket algorithm, token ring, token v1alpha1, token sha256rsa, secret santa",
        "token user-17 expired, token server1.example.com, token from auth2.example.com",
        "token endpoint /oauth2/token, got token /v1/token2, password file2.txt",
        'secret "db-creds-v2" not found, secret k8s-prod, i18n-token',
        "private key id_ed25519 is missing, api key 0xc0000a8000",
        "password reset ann@example.com, password ann1@example.com",
        "3 tokens were counted, token count12, tokens per second 12abc34, max token length 4096",
        "ENV TOKEN missing, the ENV PASSWORD must be set, ENV PYTHONPATH /app, setenv PATH /bin",
        "| password | required | text |, | token | string |, MAX_TOKENS 128000, TOKEN missing",
        "def token() -> str, /site-packages/tokenizers/models, /secrets/password-reset/form, token('type')",
        "AUTH failed",
        "PASS test_login1, PASS: TestLogin1 (0.00s), > PASS tests/login.test.js (5 s)",
        "AUTH required",
        "250-AUTH PLAIN LOGIN",
        "NOAUTH Authentication required; ERR AUTH <password> called without any password configured",
        "AUTH service started, COMMANDS: ['HELLO', 'AUTH', 'PING']",
    ],
)
def test_a_word_behind_the_name_of_a_secret_stays(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize(
    "piece",
    [
        "password is ",
        "password for ",
        "password set to now is ",
        "password is 1",
        "password is a",
        "invalid token ",
        "wrong a a password ",
        "password )",
        "password a)1",
        "token a1",
        "token a1-",
        "token value ",
        "secret key a",
        "ENV TOKEN ",
        "ENV a",
        "set -g",
        "AUTH ",
        "AUTH a ",
        "\nAUTH ",
        '["AUTH" "',
        "AUTH\r\n$1\r\n",
        "HELLO 3 AUTH a bcd ",
        "SETUSER a ",
        "requirepass ",
        "token | ",
        "A_TOKEN ",
        "token -> ",
        "*** -> a",
        "token(",
        "> PASS ",
        "/token-a",
    ],
)
def test_no_sentence_takes_long(piece: str) -> None:
    text = piece * (65_536 // len(piece))
    assert len(redacted(text)) <= len(text) + text.count("requirepass")
