"""How secrets look in text: what they are called, how a name and its value stand together, known tokens.

No pattern looks further than it says: a program may write anything, and much of it.
"""

from __future__ import annotations

import re
from functools import cache

HIDDEN = "***"
NAMES = (
    r"pass?w(?:or)?+d?+|pass[_ -]?(?:phrase|code)|require[_-]?pass|secret|token(?!iz)|authorization"
    r"|credential|(?:api|access|account|encryption|master|private|shared)[_ -]?key|key[_-]data|rediscli_auth"
    r"|(?:admin|bind|db|ftp|ldap|mail|root|smtp|user)_?(?:pass|pw)(?![a-z])"
)
ABOUT = (
    r"(?![_-]?(?:[a-z]{1,12}[_-]){0,2}(?:type|name|count|length|policy|ttl|arn|field|expir\w{1,8}|lifetime|algorithm"
    r"|timeout|size|days|hours|minutes|seconds|limit|interval|process|file|path|enabled|required)(?![a-z0-9]))"
)
"""Behind a name: what is told is none itself, such as its length."""
_OTHERS = ["public", "primary", "foreign", "partition", "sort", "cache", "routing", "unique", "group"]
_KEY_WORD = rf"{''.join(f'(?<!{one}[_ -])' for one in _OTHERS)}key"
"""But for keys of databases, caches and queues, and those that all may know."""
CAMEL = r"(?-i:(?<=[a-z0-9])(?:Key|Pwd))"
KEYS = rf"(?<![a-z0-9]){_KEY_WORD}|{CAMEL}"
"""What ends with this word alone: many a word ends like it."""
SHORT = r"(?<=[a-z0-9][_.-])(?:pass|pwd|pw)"
"""Alone they are words, and a folder."""
NAMED = re.compile(rf"(?:{NAMES}){ABOUT}|(?:{KEYS}|{SHORT}|\A(?:pass|pwd|pw)|cookies?)\Z", re.IGNORECASE)

_WORD = r"""[^\s"',;&})\]<\\]+"""
_QUOTE = r"""(?:\\{0,3}["']|\\u002[27]|&(?:quot|\#34|\#39|\#x27);|%22)"""
QUOTED = (
    r""""{3}[^"\r\n]{1,1000}"{3}|'{3}[^'\r\n]{1,1000}'{3}|"""
    r""""(?:[^"\\\r\n]|\\.){1,1000}"|'(?:[^'\\\r\n]|\\.){1,1000}'"""
    r"""|\\{1,3}["'](?:(?!\\{1,3}["'])[^\r\n]){1,1000}\\{1,3}["']"""
)
STATES = (
    r"none|null|nil|true|false|undefined|expired|invalid|missing|wrong|incorrect|rejected|denied|unknown"
    r"|malformed|mismatch|not|is|was|are|were|has|must|should|can|cannot|may|and|or|to|of|for|with|in|on|at|by"
    r"|the|a|an|no|required|requires|needs|given|too|option|argument|flag|value|via|see|expected|from|ok|done|failed|passed|found"
)
_STATE = rf"(?!(?:{STATES})(?:[\s,;.:)}}\]]|\Z)|\(\w{{1,20}}(?:\s\w{{1,20}}){{1,4}}\))"
"""What a message says of a secret is none, nor what it has between brackets: (sensitive value)."""
_NAME = (
    rf"(?<!unexpected )(?!tokens[\w-]{{0,40}}+{_QUOTE}?\s{{0,3}}[=:]\s{{0,3}}[\d.])"
    rf"(?:(?:{NAMES}){ABOUT}[\w-]{{0,40}}+|(?<=[a-z0-9][_-]){_KEY_WORD}|{CAMEL}|{SHORT}|(?<=[\"'])(?:pass|pwd|pw)(?=\\{{0,3}}[\"'])"
    rf"|(?<![a-z0-9_-])(?:pwd(?==[^/])|pw(?=[=:])))"
)
_COLOURED = r"(?:\x1b\[[\d;]{0,12}m\s?){0,3}+"
"""Loggers colour the name, the sign and the value."""
_IS = (
    rf"{_QUOTE}?(?:\[\w{{0,20}})?\]?{_QUOTE}?{_COLOURED}\s{{0,40}}+(?:=>|:=|==|[=:]|%3[da]|\.{{5,60}}+)"
    rf"(?:[ \t]{{4,40}}+|\s{{0,3}}){_COLOURED}"
    rf"|{_QUOTE}?\s{{0,3}}+,?\s{{0,40}}+{_QUOTE}?value{_QUOTE}?\s{{0,3}}[=:]\s{{0,3}}"  # a name and a value
)
_WRAPPED = (
    r"(?:\[\s{0,40}+)?+(?:![\w/!-]{1,30}\s|string\(\d{1,9}\)\s|[a-z]\w{0,30}\((?:value=)?)?+"
    r"""(?:[bruf]{1,2}(?=["']))?+"""
)
"""What may stand before a value: a list, a tag, a type, a class, the mark of a text of Python's."""
_MORE = (
    rf"(?<=[\[\s])(?:{QUOTED})(?:\s?,\s{{0,9}}(?:{QUOTED})){{1,100}}(?=\s{{0,9}}\])"
    r"|\{[^{}\r\n]{1,1000}(?=\})"
)
"""Values: of a list, of a mapping."""
_BLOCK = r"[|>][+-]?[ \t]{0,9}(?:\r?\n[ \t]{1,40}[^\r\n]{1,1000}){1,100}"
"""Of YAML: the lines below, which are further in."""
ASSIGNED = re.compile(
    rf"((?:{_NAME})(?:{_IS}){_WRAPPED})(?:{_MORE}|{QUOTED}|{_BLOCK}"
    rf"|({_QUOTE}?(?:(?:bearer|basic)\s)?){_STATE}{_WORD})",
    re.IGNORECASE,
)
_FACT = r"""[\w-]{1,40}="?[^\s",]{1,500}"?"""
AUTHORIZED = re.compile(
    rf"(authorization{_QUOTE}?\s{{0,3}}[=:]\s{{0,3}}{_WRAPPED}{_STATE})"
    rf"""(?!\\{{0,3}}["']|(?:bearer|basic)\s)(?:[\w-]{{1,40}}[ \t])?"""
    rf"(?:{_FACT}(?:,\s?{_FACT}){{0,20}}|{_WORD})",
    re.IGNORECASE,
)
"""Of the header: a scheme of any kind, and what follows it."""
_PAIR = r"""[\w.$-]{1,100}=[^\s;,"'\\\]]"""
LINE = r"(?:\r?\n|(?:\\r)?\\n)"
_COMMA = r"""["'],\s(?=["'])"""
"""Between two words of a list."""
_BETWEEN = rf"(?:[ =]|{_COMMA})?"
_USER = r"(?:-[fgikLNsSv]{0,8}[uU]|--(?:proxy-)?user)"
_ONE = rf"""{QUOTED}|[^\s"']+"""


def _program(name: str) -> str:
    """A program of this name, and what stands before an option of it."""
    return rf"""(?<![\w-]){name}["']?,?\s(?:(?:\\\n|[^\n]){{0,200}}?[\s"'])?["']?"""


_CURL = _program("curl")
_MYSQL = _program(r"(?:mysql|mariadb)[\w-]{0,20}")
_SSHPASS = _program(r"(?:sshpass|mongo\w{0,10}|(?:docker|podman|nerdctl|oras|az)\slogin)")
_REDIS = _program(r"redis-\w{1,20}")
_CODED = r"(?!Private-)[A-Za-z0-9+/=]{1,200}"
"""A line of a key."""
_LDAP = _program(r"ldap\w{1,20}")
_LOADER = _program(r"(?:https?|hey|oha|ab)")
_SQL_SERVER = _program(r"(?:sqlcmd|bcp|tsql|isql|mosquitto_\w{3})")
_SNMP = _program(r"snmp\w{1,20}")
_AFTER: tuple[str, ...] = (
    rf"(?:set-)?cookie2?{_QUOTE}?\s{{0,3}}[=:]\s{{0,3}}{_WRAPPED}{_QUOTE}?"
    rf"(){_PAIR}{{1,4096}}(?:;\s?(?:{_PAIR}{{0,4096}}|[a-z]{{1,20}})){{0,60}}",
    # Of Python: a mapping, what a jar holds.
    rf"cookies{_QUOTE}?\s{{0,3}}[=:]\s{{0,3}}\{{()[^{{}}\r\n]{{1,4000}}(?=\}})",
    rf"cookies{_QUOTE}?\s{{0,3}}[=:]\s{{0,3}}\[\s{{0,40}}+\{{()[^\[\]]{{1,4000}}(?=\])",
    r"<Cookie\s[^\s=<>]{1,100}=()[^\s<>]{1,4096}(?=\sfor\s)",
    # A header as a pair of its name and value.
    r"""b?["'](?:(?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]{0,30}(?:token|key|secret|auth)[\w-]{0,30})["']"""
    rf""",\s{{0,3}}b?()(?:{QUOTED})(?!\s?:)""",
    # A field as one, alone: of several words each may be the name of one.
    rf"""[(\[]b?["'](?:[\w-]{{0,40}}(?:{NAMES})[\w-]{{0,40}}+|(?:[\w-]{{0,40}}[_-])?(?:key|pass|pwd)|[\w-]{{1,40}}{CAMEL})["']"""
    rf""",\s{{0,3}}b?(?!["'](?:{STATES})["'])()(?:{QUOTED})(?=\s?[)\]])""",
    # A part of a form.
    rf"name={_QUOTE}?[\w.-]{{0,40}}(?:{NAMES}|(?<![a-z0-9])(?:key|pass|pwd)|{CAMEL})[\w\[\].-]{{0,40}}{_QUOTE}?"
    rf"(?:;[^\r\n\\]{{0,200}})?(?:{LINE}[\w-]{{1,40}}:[^\r\n\\]{{0,200}}){{0,5}}{LINE}{LINE}()[^\r\n\\]{{1,4000}}",
    # Of SQL.
    r"(?:password|identified\s(?:with\s\S{1,100}\s)?(?:by|as))(?:\sfor\s\S{1,200}\s{0,3}=\s{0,3}|\s{1,3})"
    rf"()(?:{QUOTED})",
    # Of Python: user and password, which a traceback shows where a request is made.
    rf"""(?<![a-z])\w{{0,20}}auth(?:\s?=\s?\w{{0,30}})?\(\s?b?["'][^"'\r\n]{{0,200}}["'],\s{{0,3}}b?()(?:{QUOTED})(?=\s?\))""",
    rf"<[\w:-]{{0,40}}(?:{NAMES})[\w:-]{{0,40}}>(?:<!\[CDATA\[)?()[^<>]{{1,1000}}(?=<|\]\]>)",
    # Parameters of a URL that are short, or words elsewhere.
    r"""[?&](?:key|sig|auth|pass|pwd|[\w-]{0,40}signature)=()[^\s"',;&}<>]{6,}""",
    # Sessions, and codes that are exchanged for one.
    r"""[?&;](?:j?session_?(?:id)?|phpsessid|sid|code|otp|ticket|jwt|assertion|samlresponse)="""
    r"""()(?=[\w%/+.~-]{0,60}\d)(?=[\w%/+.~-]{0,60}[a-z])[^\s"',;&}<>]{16,4000}""",
    r"/(?:reset|confirm|activate|verify|invite|magic|unsubscribe)\w{0,20}/(?:[\w-]{1,20}/)?"
    r"()(?=[a-z-]{0,30}\d)(?=[\d-]{0,30}[a-z])(?=[\w-]{0,60}(?:\d[a-z]{1,9}\d|[a-z]\d{1,9}[a-z]))[\w-]{20,200}",
    r"(?<![a-z0-9])(?:otp|passcode|debugger pin|(?:verification|one-time|two-factor|2fa|login|security) code)"
    r"(?::|\sis:?)\s?()\d{3}[ -]?\d{1,3}(?:-?\d{1,4})?(?![\w.])",
    # What may be no secret, where its value is like one.
    rf"""(?<![\w-])(?:key|_?auth|x-auth|jwt|bearer|sig|hmac|signature){_QUOTE}?\s{{0,3}}[=:]\s{{0,3}}{_QUOTE}?"""
    r"""()(?=[\w+/.=-]{0,40}[a-z])(?=[\w+/.=-]{0,40}\d)[\w+/.=-]{16,4000}""",
    rf"""(?<![^\s"'])--?[\w.-]{{0,40}}(?:{NAMES}|[_-]{_KEY_WORD}|{CAMEL}|[_-]?pass(?:in|out)?|[_-]pwd)[\w-]{{0,40}}+"""
    rf"""[ \t]{{1,3}}(?!-){_STATE}()(?:{QUOTED}|[^\s"']+)""",
    # The same as words of a list, as Python quotes a command that failed.
    rf"""(?<=["'])--?[\w.-]{{0,40}}(?:{NAMES}|[_-]{_KEY_WORD}|{CAMEL}|[_-]?pass(?:in|out)?|[_-]pwd)[\w-]{{0,40}}+"""
    rf"""["'],\s{{1,3}}(?!["'](?:-|(?:{STATES})["']))()(?:{QUOTED})""",
    # Of programs that are usual: user and password, or this alone.
    rf"""{_CURL}{_USER}{_BETWEEN}["']{{1,5}}[^\s:"']{{1,100}}:()[^"'\r\n]{{1,1000}}(?=["'])""",
    rf"""{_CURL}{_USER}[ =]?["']?[^\s:"']{{1,100}}:()[^\s"']+""",
    rf"""{_CURL}(?:-b|--cookie){_BETWEEN}()(?=["']?[^\s=]{{1,100}}=)(?:{QUOTED}|[^\s]+)""",
    rf"""--oauth2-bearer{_BETWEEN}()(?:{_ONE})""",
    rf"""(?<![\w-])--(?:[\w-]{{0,20}}-)?(?:user|auth|login){_BETWEEN}["']?(?!\d)[^\s:="']{{1,100}}:(?!//)()[^\s"']+""",
    rf"""{_MYSQL}(?-i:-p)()(?:(?<=["']-p)[^"'\r\n]{{1,1000}}(?=["'])|{_ONE})""",
    rf"""{_SSHPASS}(?-i:-p)(?:\s|{_COMMA})?()(?:(?<=["']-p)[^"'\r\n]{{1,1000}}(?=["'])|{_ONE})""",
    rf"""{_REDIS}-a(?:\s|{_COMMA})?()(?:{_ONE})""",
    rf"""{_SQL_SERVER}(?-i:-P)(?:\s|{_COMMA})?()(?:{_ONE})""",
    rf"""{_SNMP}(?-i:-[AXc])(?:\s|{_COMMA})()(?:{_ONE})""",
    rf"""{_program("lftp")}(?:-u|--user)(?:\s|{_COMMA})["']?[^\s,"']{{1,100}},()[^\s"']+""",
    rf"""{_program("openssl")}-[kK](?:\s|{_COMMA})()(?:{_ONE})""",
    rf"""{_LDAP}(?-i:-w)(?:\s|{_COMMA})?()(?:{_ONE})""",
    rf"""{_LOADER}-[aA]{_BETWEEN}["']?[^\s:"']{{1,100}}:()[^\s"']+""",
    # What has no scheme: a database of Go's, user and password before a host and its port.
    r"(?<![\w/:.@-])[\w.-]{1,64}:()(?!\d{1,5}[@:])[^\s@\"'/<>:]{1,200}"
    r"(?=@(?:(?:tcp6?|unix)\(|(?!sha\d)[\w.-]{1,253}:\d{2,5}(?!\d)))",
    rf"Private-Lines:\s?\d{{1,5}}()(?:{LINE}{_CODED}){{1,1000}}(?:{LINE}Private-(?:MAC|Hash):\s?[0-9a-f]{{1,128}})?",
    r"(?<![\w-])login\s{1,3}\S{1,100}\s{1,20}password\s{1,3}()\S{1,1000}",  # of .netrc
)
_KEY = r"(?:[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1) ?-{4,5}"
_ESCAPED = r"(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2})|(?<=\x1b\[m)|(?<=[\[;]\dm)|(?<=[\[;]\d\dm)|(?<=[\[;]\d\d\dm)"
"""A token begins behind a line's end in JSON, a sign in a URL, a colour, though they end with a letter."""
_DIGIT = r"(?=[A-Za-z0-9]{0,35}?\d)"
_CAPITAL = r"(?=[\w-]{0,35}?[A-Z])"
_EMBEDDED = (
    r"(?=[AGSdeghnprswx])(?:"
    rf"gh[oprsu]_{_DIGIT}[A-Za-z0-9]{{36,255}}|github_pat_{_DIGIT}\w{{40,255}}|gl[a-z]{{2,5}}-{_DIGIT}{_CAPITAL}[\w-]{{20,255}}"
    rf"|xox[a-z]-\d{{6,20}}-[\w-]{{10,255}}|[rs]k_(?:live|test)_{_DIGIT}{_CAPITAL}[A-Za-z0-9]{{16,255}}"
    rf"|whsec_{_DIGIT}{_CAPITAL}[A-Za-z0-9]{{20,255}}|AIza{_DIGIT}[\w-]{{35}}|GOCSPX-[\w-]{{28}}"
    rf"|sk-(?:[a-z]{{2,10}}-)?(?:api\d\d-)?{_DIGIT}{_CAPITAL}[\w-]{{32,255}}|hf_{_CAPITAL}[A-Za-z0-9]{{34}}"
    r"|SG\.[\w-]{22}\.[\w-]{43}"
    rf"|npm_{_DIGIT}[A-Za-z0-9]{{36}}|pypi-AgE[\w-]{{50,1000}}|dop_v1_[0-9a-f]{{64}}|dckr_pat_{_DIGIT}[\w-]{{20,100}}"
    rf"|(?<![A-Z])A[KS]IA{_DIGIT}[A-Z0-9]{{16}}(?![A-Za-z0-9])"
    r"|eyJ[\w-]{8,300}\.eyJ[\w-]{4,4000}\.[\w-]{0,4000})"
)
"""Tokens that nothing else looks like: they begin behind a letter or a _, too."""
_ISSUED = (
    # Shopify, Square, Linear
    r"shp(?:at|ca|pa|ss)_[0-9a-f]{32}|sq0(?:atp|csp|idp)-[\w-]{22,60}|lin_api_[A-Za-z0-9]{32,60}"
    # Notion, Figma, Postman
    r"|ntn_[A-Za-z0-9]{40,60}|figd_[\w-]{36,60}|PMAK-[0-9a-f]{24}-[0-9a-f]{30,40}"
    # Grafana, New Relic, Atlassian
    r"|gl(?:sa|c)_[\w=]{32,400}|NRAK-[A-Z0-9]{27}|ATATT3[\w=-]{60,400}"
    # Doppler, PlanetScale
    r"|dp\.(?:ct|pt|sa|st)\.[\w.-]{40,80}|pscale_(?:oauth|pw|tkn)_[\w.-]{32,64}|dapi[0-9a-f]{32}"
    # Supabase, Sentry
    r"|sb(?:p_[0-9a-f]{40}|_secret_[\w-]{20,60})|nfp_[A-Za-z0-9]{36}|sntry[su]_[\w+/=-]{40,400}"
    r"|rubygems_[0-9a-f]{48}|r8_[A-Za-z0-9]{37}|gsk_[A-Za-z0-9]{48,60}|xai-[A-Za-z0-9]{60,100}"
    r"|pplx-[A-Za-z0-9]{40,60}|nvapi-[\w-]{60,80}|hvb\.[\w-]{60,1000}|ops_eyJ[\w-]{50,2000}"
    # Mailchimp, Terraform
    r"|[0-9a-f]{32}-us\d{1,2}(?!\w)|[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,80}"
    # Discord
    r"|[MNO][A-Za-z0-9]{23,25}\.[\w-]{6}\.[\w-]{27,38}"
)
"""What services issue, with a beginning of their own, or an end."""
ANYWHERE = re.compile(
    # Of a URL: user and password, as far as it can be, or a user as long as a token.
    r"(?<=://)[^/\s:@]{0,200}:[^/\s\"'<>]{1,1000}(?=@)"
    r"|(?<=://)[^/\s:@\[]{0,200}:(?!\d{1,5}(?:[/?#,\s]|\Z))[^\s\"'<>]{1,200}(?=@)"  # with a slash
    r"|(?<=://)[\w.~-]{20,200}(?=@)"
    r"|(?<=jdbc:oracle:thin:)[^/\s@]{1,100}/[^\s@]{1,200}(?=@)"
    rf"|(?=[Beb])(?:(?<![\w-])|{_ESCAPED})"
    r"(?:eyJ[\w-]{8,2000}\.[\w-]{8,4000}\.[\w-]{0,4000}"  # a JSON web token
    r"|(?:[Bb]earer|[Bb]asic)\s(?=[\w.~+/=-]{0,60}[0-9=]|[\w.~+/=-]{20})[\w.~+/=-]{8,4000})"
    rf"|(?=[AGSdghnprswxy])(?:\b|{_ESCAPED})(?:A(?:KIA|SIA)[0-9A-Z]{{16}}\b"
    r"|gh[oprsu]_\w{30,255}|github_pat_\w{20,255}|gl[a-z]{2,5}-[\w-]{20,255}"  # GitHub, GitLab
    r"|x(?:ox[a-z]|app)-[\w-]{10,255}|[rs]k_(?:live|test)_\w{10,255}|whsec_\w{10,255}"  # Slack, Stripe
    r"|AIza[\w-]{35}|ya29\.[\w-]{10,1000}|GOCSPX-[\w-]{20,100}"  # Google
    r"|sk-[\w-]{20,255}|hf_[A-Za-z0-9]{20,255}|hvs\.[\w-]{20,255}|SG\.[\w-]{16,100}\.[\w-]{16,100}"
    r"|npm_[A-Za-z0-9]{30,100}|pypi-[\w-]{20,1000}|dop_v1_[0-9a-f]{40,100}|dckr_pat_[\w-]{20,100}"
    r"|AGE-SECRET-KEY-1[0-9A-Z]{30,100})"
    r"|(?<=hooks\.slack\.com/)(?:services|workflows)/[\w/-]{10,255}"
    r"|(?<=/api/webhooks/)\d{1,25}/[\w-]{20,255}|(?<=/bot)\d{5,15}:[\w-]{30,60}"  # Discord, Telegram
    rf"|{_EMBEDDED}|(?:\b|{_ESCAPED})(?:{_ISSUED})"
    rf"|-{{4,5}} ?BEGIN {_KEY}.*?(?:-{{4,5}} ?END {_KEY}|\Z)"
    rf"|\A(?:(?!-{{4,5}} ?BEGIN ).)*-{{4,5}} ?END {_KEY}"
    rf"|\A(?:{_CODED}{LINE}){{1,1000}}(?=Private-(?:MAC|Hash):)",  # the end of one of PuTTY's
    re.DOTALL,
)
OPTION = re.compile(
    rf"--?(?:[\w.-]*(?:{NAMES})[\w-]*|oauth2-bearer|(?:[\w.-]*[_.-])?(?:key|pass|pwd|passin|passout)|[\w-]*{CAMEL})",
    re.IGNORECASE,
)
"""Of a program, its value being the next word."""
GIVEN = re.compile(
    rf"((?:--?)?[\w.-]*(?:(?:{NAMES})[\w-]*|{KEYS}|{SHORT}|(?<=-)(?:pass|pwd))=)(.+)",
    re.IGNORECASE | re.DOTALL,
)
"""An option, or a variable that `env` sets, with its value."""
HEADER = re.compile(
    rf"(?:--?[\w-]+=)?[\w-]*(?:(?:{NAMES})[\w-]*|{KEYS})\s?:.*?(\S+)", re.IGNORECASE | re.DOTALL
)
"""One of HTTP, with its last word."""


@cache
def after() -> tuple[re.Pattern[str], ...]:
    """Forms of which what is secret stands behind the empty group. Making them takes a while."""
    return tuple(re.compile(one, re.IGNORECASE) for one in _AFTER)
