"""The forms in which secrets are known, and what is none."""

import time

import pytest

from suite.process.redaction import redacted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(b'authorization', b'Bearer hunter2')", "(b'authorization', b'***')"),
        ('["X-Api-Key", "hunter2"]', '["X-Api-Key", "***"]'),
        ('{"name": "Authorization", "value": "Bearer hunter2"}', '{"name": "Authorization", "value": "***"}'),
        ("- name: DB_PASSWORD\n  value: hunter2\n- x", "- name: DB_PASSWORD\n  value: ***\n- x"),
        ('<add key="password" value="hunter2"/>', '<add key="password" value="***"/>'),
        ('{"Authorization": ["Bearer hunter2"]}', '{"Authorization": ["***"]}'),
        ("map[Authorization:[Bearer hunter2] A:[b]]", "map[Authorization:[Bearer ***] A:[b]]"),
        ("got Bearer hunter2hunter2 back", "got *** back"),
        ("Cookie: sid=hunter2; theme=dark\nx", "Cookie: ***\nx"),
        ("{'Set-Cookie': 'sid=hunter2; HttpOnly', 'a': 1}", "{'Set-Cookie': '***', 'a': 1}"),
        ("GET /x?sig=hunter2&se=1 HTTP/1.1", "GET /x?sig=***&se=1 HTTP/1.1"),
        ("/x?a=b&X-Amz-Signature=hunter2", "/x?a=b&X-Amz-Signature=***"),
        ("/login?next=%2F%3Ftoken%3Dhunter2", "/login?next=%2F%3Ftoken%3D***"),
        (r"{\"password\": \"a b\", \"c\": 1}", r"{\"password\": \"***\", \"c\": 1}"),
        ('{"pass": "hunter2", "passphrase": "a b"}', '{"pass": "***", "passphrase": "***"}'),
        ("DB_PASS=hunter2 MYSQL_PWD=hunter2", "DB_PASS=*** MYSQL_PWD=***"),
        ("Server=h;Uid=u;Pwd=hunter2;x", "Server=h;Uid=u;Pwd=***;x"),
        ("AccountName=a;AccountKey=hunter2==;x", "AccountName=a;AccountKey=***;x"),
        ("  password = b'a b'\n", "  password = b'***'\n"),
        ("Config(password=SecretStr('a b'), h=1)", "Config(password=SecretStr('***'), h=1)"),
        ("password: |\n  hunter2\n  more\nx: 1", "password: ***\nx: 1"),
        ("<password>hunter2</password>", "<password>***</password>"),
        ('"password" => "a b", [token] => hunter2', '"password" => "***", [token] => ***'),
        ("app --password hunter2 --port 80", "app --password *** --port 80"),
        ("app --api-key 'a b' -v", "app --api-key '***' -v"),
        ("mysql -u root -phunter2 db", "mysql -u root -p*** db"),
        ("sshpass -p hunter2 ssh h", "sshpass -p *** ssh h"),
        ("redis-cli -h cache -a hunter2 ping", "redis-cli -h cache -a *** ping"),
        ("curl -s -u ann:hunter2 http://h", "curl -s -u ann:*** http://h"),
        ("machine h login ann password hunter2", "machine h login ann password ***"),
        ("postgres://app:pa/ss@db:5432/app", "postgres://***@db:5432/app"),
        ("https://0123456789abcdef0123@sentry.io/1", "https://***@sentry.io/1"),
        ("jdbc:oracle:thin:scott/tiger@h:1521/x", "jdbc:oracle:thin:***@h:1521/x"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nMIIE", "***"),
        (
            "x\n---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: a\nP2/56\n"
            "---- END SSH2 ENCRYPTED PRIVATE KEY ----\ny",
            "x\n***\ny",
        ),
        ("P2/56\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\ny", "***\ny"),
        (
            "-----BEGIN OpenVPN Static key V1-----\n6acef03f\n-----END OpenVPN Static key V1-----\ny",
            "***\ny",
        ),
        (
            "PuTTY-User-Key-File-3: ssh-rsa\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 2\nAB+/\nCD==\n"
            "Private-MAC: 0a1b\ny",
            "PuTTY-User-Key-File-3: ssh-rsa\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 2***\ny",
        ),
        (r"Private-Lines: 1\r\nAB+/\r\nPrivate-MAC: 0a1b\r\n", r"Private-Lines: 1***\r\n"),
        ("Private-Lines: 14\nAB+/\nCD", "Private-Lines: 14***"),
        ("AB+/\nCD==\nPrivate-MAC: 0a1b", "***Private-MAC: 0a1b"),
        ("AGE-SECRET-KEY-1" + "QP3Z" * 14, "***"),
        ('{"signingKey": "hunter2", sessionKey=hunter2}', '{"signingKey": "***", sessionKey=***}'),
        ("app --signingKey hunter2 -v", "app --signingKey *** -v"),
        ("API KEY: hunter2, passcode=hunter2", "API KEY: ***, passcode=***"),
        ("user[password]=hunter2&password[]=hunter2", "user[password]=***&password[]=***"),
        ("[('user', 'ann'), ('password', 'hunter2')]", "[('user', 'ann'), ('password', '***')]"),
        ("{&quot;password&quot;: &quot;hunter2&quot;}", "{&quot;password&quot;: &quot;***&quot;}"),
        ("x=%7B%22password%22%3A%22hunter2%22%7D&y=1", "x=%7B%22password%22%3A%22***&y=1"),
        ('name="password"\r\n\r\nhunter2\r\n--b', 'name="password"\r\n\r\n***\r\n--b'),
        (
            r'name="token"; filename="a"\r\nA: b\r\n\r\na b\r\n',
            r'name="token"; filename="a"\r\nA: b\r\n\r\n***\r\n',
        ),
        ("CREATE ROLE app PASSWORD 'hunter2' LOGIN", "CREATE ROLE app PASSWORD '***' LOGIN"),
        ("CREATE USER app IDENTIFIED BY 'a b'", "CREATE USER app IDENTIFIED BY '***'"),
        ("SET PASSWORD FOR 'ann'@'%' = 'hunter2';", "SET PASSWORD FOR 'ann'@'%' = '***';"),
        ("IDENTIFIED WITH sha2 BY 'hunter2'", "IDENTIFIED WITH sha2 BY '***'"),
        ('ALTER USER ann IDENTIFIED BY "a b"', 'ALTER USER ann IDENTIFIED BY "***"'),
        ("get(url, auth=('ann', 'a b'), x=1)", "get(url, auth=('ann', '***'), x=1)"),
        ("HTTPBasicAuth('ann', 'hunter2')", "HTTPBasicAuth('ann', '***')"),
        ('auth=aiohttp_auth("ann", "hunter2")', 'auth=aiohttp_auth("ann", "***")'),
        ("curl --oauth2-bearer hunter2 http://h", "curl --oauth2-bearer *** http://h"),
        ("['curl', '--oauth2-bearer', 'a b', 'x']", "['curl', '--oauth2-bearer', '***', 'x']"),
        ("cookies={'sid': 'hunter2', 'a': 'b'}, x", "cookies={'***'}, x"),
        ('"cookies": [{"name": "sid", "value": "hunter2"}], x', '"cookies": [{***], x'),
        ("password        = hunter2", "password        = ***"),
        ("password:        hunter2", "password:        ***"),
        (r"{\u0022password\u0022: \u0022hunter2\u0022}", r"{\u0022password\u0022: \u0022***\u0022}"),
        ("<password><![CDATA[hunter2]]></password>", "<password><![CDATA[***]]></password>"),
        ('["password"]=>\n  string(7) "hunter2"\n', '["password"]=>\n  string(7) "***"\n'),
        ('password = """hunter2""" x', 'password = "***" x'),
        ('"password": [\n "a b",\n "c"\n]', '"password": [\n "***"\n]'),
        ("token: !secret hunter2", "token: !secret ***"),
        ("//registry/:_auth=aHVudGVyMjpodW50ZXIy", "//registry/:_auth=***"),
        ("docker login -u ann -p hunter2 reg", "docker login -u ann -p *** reg"),
        ("ldapsearch -D cn=a -w hunter2 -b x", "ldapsearch -D cn=a -w *** -b x"),
        ("ab -n 10 -A ann:hunter2 http://h/", "ab -n 10 -A ann:*** http://h/"),
        ("dial ann:hunter2@tcp(127.0.0.1:3306)/x", "dial ann:***@tcp(127.0.0.1:3306)/x"),
        ("sent to ann:hunter2@mail.example:587", "sent to ann:***@mail.example:587"),
        ("https://discord.com/api/webhooks/12/" + "aB3-" * 6, "https://discord.com/api/webhooks/***"),
        ("https://api.telegram.org/bot12345:" + "aB3-" * 8 + "/x", "https://api.telegram.org/bot***/x"),
        ("[<Cookie sid=hunter2 for host/>]", "[<Cookie sid=*** for host/>]"),
        ('"auth": "0a1b2c3d4e5f60718", key=0a1b2c3d4e5f60718', '"auth": "***", key=***'),
        ("client-key-data: aGVsbG8=", "client-key-data: ***"),
        ('password........................"hunter2"', 'password........................"***"'),
        ("GET /cb?code=4/0AX4XfWh3kd92kd9s8f7&state=x", "GET /cb?code=***&state=x"),
        ("GET /shop;jsessionid=0A1B2C3D4E5F60718293 HTTP", "GET /shop;jsessionid=*** HTTP"),
        ("http://h/reset/MQ/c4x2ab-8f3kd92kd9s8f7a8f3k/", "http://h/reset/MQ/***/"),
        ("OTP: 123456, two-factor code is 123 456", "OTP: ***, two-factor code is ***"),
        (" * Debugger PIN: 123-456-789", " * Debugger PIN: ***"),
        (
            "az login --service-principal -u x -p hunter2 -t y",
            "az login --service-principal -u x -p *** -t y",
        ),
        ("sqlcmd -S h -U sa -P hunter2", "sqlcmd -S h -U sa -P ***"),
        ("snmpwalk -v 2c -c hunter2 h", "snmpwalk -v 2c -c *** h"),
        ("lftp -u me,hunter2 ftp.h", "lftp -u me,*** ftp.h"),
        ("openssl enc -aes-256-cbc -k hunter2 -in a", "openssl enc -aes-256-cbc -k *** -in a"),
    ],
)
def test_secrets_are_hidden_in_the_forms_that_programs_print_them_in(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    "token",
    [
        "ghp_" + "a1" * 18,
        "github_pat_" + "11AB_" * 9,
        "glpat-" + "aB3-" * 5,
        "xoxb-" + "123-" * 5 + "abc",
        "sk_live_" + "4eC3" * 6,
        "whsec_" + "4eC3" * 6,
        "AIza" + "Sy-D_" * 7,
        "ya29.a0Af_" + "x" * 20,
        "sk-proj-" + "aB3" * 12,
        "hf_" + "aB3" * 11,
        "hvs." + "aB3" * 11,
        "SG." + "aB3" * 7 + "." + "aB3" * 14,
        "npm_" + "aB3" * 12,
        "pypi-AgEI" + "aB3" * 12,
        "dckr_pat_" + "aB3" * 9,
        "ASIA" + "A1B2" * 4,
        "shpat_" + "0a1b" * 8,
        "sq0atp-" + "aB3-" * 6,
        "lin_api_" + "aB3x" * 10,
        "ntn_" + "aB3x" * 11,
        "figd_" + "aB3-" * 10,
        "PMAK-" + "0a1b" * 6 + "-" + "0a1b" * 8 + "0a",
        "glsa_" + "aB3x" * 8 + "_0a1b2c3d",
        "NRAK-" + "A1B" * 9,
        "ATATT3xFf" + "aB3-" * 40,
        "dp.pt." + "aB3" * 14 + "x",
        "pscale_pw_" + "aB3" * 14,
        "dapi" + "0a1b" * 8,
        "sbp_" + "0a1b" * 10,
        "nfp_" + "aB3x" * 9,
        "sntrys_" + "aB3x" * 15,
        "rubygems_" + "0a1b" * 12,
        "gsk_" + "aB3x" * 13,
        "xai-" + "aB3x" * 20,
        "0a1b" * 8 + "-us12",
        "aB3xaB3xaB3xaB.atlasv1." + "aB3" * 21,
        "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
    ],
)
def test_tokens_are_known_by_their_form(token: str) -> None:
    assert redacted(f"got {token}, sent") == "got ***, sent"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dbpass=hunter2 userpass: hunter2", "dbpass=*** userpass: ***"),
        ("DB_PW=hunter2 LDAP_BIND_PW: hunter2", "DB_PW=*** LDAP_BIND_PW: ***"),
        ('pw=hunter2 {"pw": "hunter2"} ADMINPW=\'a b\'', 'pw=*** {"pw": "***"} ADMINPW=\'***\''),
        ("REDISCLI_AUTH=hunter2", "REDISCLI_AUTH=***"),
        ("hey --auth ann:hunter2 --http-user=ann:hunter2", "hey --auth ann:*** --http-user=ann:***"),
        ("['app', '--user', 'ann:hunter2']", "['app', '--user', 'ann:***']"),
        ("Incorrect API key provided: k9f3x2ab, x", "Incorrect API key provided: ***, x"),
    ],
)
def test_short_words_for_a_password_are_known(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize("before", [r"a\n", r"\t", "\x1b[31m", "\x1b[1;92m", "\x1b[m", "a%3D", "a%0a"])
@pytest.mark.parametrize(
    "token", ["ghp_" + "a1" * 18, "AKIA" + "A1B2" * 4, "sk-proj-" + "aB3" * 12, "eyJhbGciOiJI.eyJzdWIiOiIx.a"]
)
def test_a_token_is_known_behind_an_escape_a_colour_and_in_a_url(before: str, token: str) -> None:
    assert redacted(f"{before}{token}\x1b[0m") == f"{before}***\x1b[0m"


@pytest.mark.parametrize("before", ["x", "my_", "Token", "a1"])
@pytest.mark.parametrize(
    "token",
    [
        "ghp_" + "a1" * 18,
        "github_pat_" + "11ABc" * 4 + "_" + "aB3" * 19,
        "glpat-" + "aB3-" * 5,
        "xoxb-" + "123" * 4 + "-" + "abc" * 6,
        "sk_live_" + "4eC3" * 6,
        "whsec_" + "4eC3" * 6,
        "AIza" + "Sy1D_" * 7,
        "sk-proj-" + "aB3" * 12,
        "hf_" + "aB3" * 11 + "x",
        "SG." + "aB3" * 7 + "x." + "aB3" * 14 + "x",
        "npm_" + "aB3" * 12,
        "pypi-AgEI" + "aB3" * 17,
        "dckr_pat_" + "aB3" * 9,
        "eyJhbGciOiJI.eyJzdWIiOiIx.a",
    ],
)
def test_a_token_is_known_behind_a_letter_and_an_underscore(before: str, token: str) -> None:
    """What a program puts before one, or forgets to part from it."""
    assert redacted(f"{before}{token} x") == f"{before}*** x"


def test_a_key_of_aws_is_known_behind_small_letters_and_an_underscore() -> None:
    assert redacted("key_AKIA" + "A1B2" * 4) == "key_***"
    assert redacted("idASIA" + "A1B2" * 4) == "id***"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "'['app', '--password', 'a b', '-v']' returned 1",
            "'['app', '--password', '***', '-v']' returned 1",
        ),
        ('["app", "--api-key", "hunter2"]', '["app", "--api-key", "***"]'),
        ("'['curl', '-u', 'ann:a b', 'http://h']' x", "'['curl', '-u', 'ann:***', 'http://h']' x"),
        ("['curl', '-b', 'sid=a b']", "['curl', '-b', '***']"),
        ("['mysql', '-uroot', '-pa b', 'db']", "['mysql', '-uroot', '-p***', 'db']"),
        ("['sshpass', '-p', 'a b', 'ssh']", "['sshpass', '-p', '***', 'ssh']"),
        ("['redis-cli', '-a', 'hunter2', 'ping']", "['redis-cli', '-a', '***', 'ping']"),
        ("curl -sSu ann:hunter2 http://h", "curl -sSu ann:*** http://h"),
        ("curl -s \\\n  -u 'ann:a b' x", "curl -s \\\n  -u 'ann:***' x"),
        ("mysql -u root -p'a b' db", "mysql -u root -p'***' db"),
        ("redis-cli -a 'a b' ping", "redis-cli -a '***' ping"),
        ('sshpass -p "a b" ssh', 'sshpass -p "***" ssh'),
        ("app --db.password hunter2 -v", "app --db.password *** -v"),
    ],
)
def test_what_a_command_is_given_is_hidden_with_blanks_and_as_words_of_a_list(
    text: str, expected: str
) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"tokens": ["a", "b c"], "user": "ann"}', '{"tokens": ["***"], "user": "ann"}'),
        ('{"token": {"value": "a"}, "user": "ann"}', '{"token": ***}, "user": "ann"}'),
        ("password=r'a b' password=f\"a\" u", "password=r'***' password=f\"***\" u"),
        ("token=Token(value='a b')", "token=Token(value='***')"),
        ("password == hunter2, x", "password == ***, x"),
        ("db.pass=hunter2", "db.pass=***"),
        ("\x1b[36mapi_key\x1b[0m=\x1b[35mhunter2\x1b[0m x", "\x1b[36mapi_key\x1b[0m=\x1b[35m*** x"),
        (
            '\x1b[94m"password"\x1b[39;49;00m:\x1b[37m \x1b[39;49;00m\x1b[33m"a b"\x1b[0m',
            '\x1b[94m"password"\x1b[39;49;00m:\x1b[37m \x1b[39;49;00m\x1b[33m"***"\x1b[0m',
        ),
    ],
)
def test_lists_mappings_and_colours_hide_no_secret(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Unexpected token: } in JSON, unexpected token: 'x' at line 3",
        '{"usage": {"total_tokens": 812}}, prompt_tokens=17, tokens_per_second: 1.5',
        "invalid token: expired; password: must be longer; secret: not found",
        "login(user='ann', password=None), token: null",
        "missing fields: 'password', 'email'",
        "error: the following arguments are required: --password, --user",
        "option --password is missing, --token requires an argument",
        "http://[::1]:8080/users/@me http://host:8080/a@b http://a:80,http://b:90/x@y",
        "ssh://git@github.com/x postgres://app@db:5432/app",
        "PWD=/home/me OLDPWD=/home",
        "--- PASS: TestLogin; pass: 3, pass=12 bypass=1",
        "Basic authentication failed, bearer authentication is required, Authorization: required",
        "docker run --user 1000:1000 app; mysql -p shop",
        "GET /items?key=17 task-sk-1 risk-assessment-of-the-whole-thing",
        "no cookie: it was refused",
        "tokenizer: bert-base",
        "loc: ('body', 'password'), ('password', 'required'), ['token', 'missing'], ['password', 'x', 'y']",
        "KeyError: key=user-17, auth: failed, signature: does not match the one given, hotkeys=3",
        "a donkey: 7, Monkey: 7",
        "needs '--password', '--user', and '--token', 'missing' of it",
        "image app:1.2@sha256:0a1b, 12:30:45@host:80, git@github.com:a/b, docker run -p 8080:80 x, http -a b",
        "task_sk_test_something_long, run_sk_live_migration_of_all_users, my_hf_transformers_model_name",
        "token_type: bearer, secretName: db-credentials, password_length=12, token.type: jwt",
        "password_reset_timeout = 3600, token_bucket_size: 100, DB_PASSWORD_FILE=/run/db, token_enabled=1",
        "partition_key = id, sort_key=price, primary key: id, Public-Key: (2048 bit), cache_key: shop/42",
        "password = (sensitive value), secret_id = (known after apply), Invalid token: expected ')'",
        "Using --password via the CLI is insecure; generated security password: see above; token....... ok",
        "GET /items?code=SUMMER2026, /reset/settings, /confirm/order-of-a-very-long-name-indeed",
        "/verify/the-2026-report-of-all-our-shops, error code is 1234, code sent, pin 1300 is high",
        "mysql -P3306 -h db, ldapsearch -W -b dc=x, mosquitto_sub -p 1883 -t x, snmpget -a SHA -x AES h",
        "the_github_pat_of_somebody_else_is_not_here_today, laglpat-something-that-is-no-token-at-all",
        "tasksk-proj-a-very-long-name-of-a-branch-that-goes-on, xeyJ_is_how_they_begin.and_go_on.so",
        "auth/userpass/login, bypass=1 compass: n, --user 1000:1000 --auth http://idp/x --login-url a",
        "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----, ---- BEGIN SSH2 PUBLIC KEY ----",
    ],
)
def test_what_a_message_says_of_a_secret_stays(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize(
    "piece",
    [
        "x",
        "x-",
        "a_key",
        "://a:",
        "://a:b@",
        "token",
        "://",
        "eyJ-",
        "eyJaaaaaaaa.",
        "-----BEGIN ",
        'password="',
        "authorization: a ",
        'authorization: a="b", ',
        "password='\\",
        "token: ",
        "tokens",
        "cookie: a=b;",
        "curl -u a:",
        "mysql ",
        "--token-",
        "&a-",
        "password: |\n  a\n",
        "token   value   ",
        "bearer ",
        "<token",
        "aKey",
        "['password', ",
        'name="password";',
        "name=password\na: b",
        "cookies={",
        "%22token%22%3a",
        "token[a",
        "auth=a1",
        "password          ",
        "password=[ ",
        "a:b@c:",
        "cookies:[{a",
        "docker login -",
        "_ghp_a1",
        "aeyJ_",
        "eyJ-.eyJ",
        "sk-proj-a1A",
        "---- BEGIN ",
        "Private-Lines: 1\n",
        "AAAA\n",
        "password.....",
        "?code=a1",
        "/reset/a-1/",
        "otp: 12",
        "lftp -u a,",
        "snmpget -c ",
        "sort_key",
        "--user a:",
        "dp.pt.a",
        "Ma.-",
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    """A line of 65,536 letters took eight minutes: here no time-out strikes."""
    text = piece * (65_536 // len(piece))
    assert len(redacted(text)) <= len(text)


def test_a_text_full_of_secrets_takes_as_long_as_it_has_letters() -> None:
    """Four times the text, four times the work: what looked further each time would take sixteen."""
    line = "password=hunter2 token: abc secret_key = 'x' Cookie: a=b; c=d\n"
    times = []
    for size in (100_000, 400_000):
        text = line * (size // len(line))
        begun = time.process_time()
        assert "hunter2" not in redacted(text)
        times.append(time.process_time() - begun)
    assert times[1] < 8 * times[0]
