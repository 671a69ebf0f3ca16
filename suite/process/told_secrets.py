"""How messages, files and protocols tell a secret with no sign between its name and its value.

`password is X`, `invalid token X`, `ENV DB_PASSWORD X`, `AUTH X`. A name is a word too: in prose a value is
known by its form, and a plain word stays. No pattern looks further than it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from suite.process.secret_forms import CAMEL, LINE, NAMES, QUOTED, STATES

_ENTERED = r"pass(?:word|wd|phrase|code)"
_NAME = (
    rf"(?<!unexpected )(?:{_ENTERED}|secret|token|credentials?"
    r"|(?:api|access|account|encryption|master|private|shared|signing)[_ -]?key)(?:[_ -](?:key|value))?(?!\w)"
    r"""["'`]?"""
)
_BLANK = r"[ \t]{1,3}"
_OPEN = r"""["'`]?"""
_WORD = r"""[^\s"'`]"""
_VALUE = r"""(?:[^\s"'`)\]}>,;]|[)\]}>,;]{1,3}(?![)\]}>,;\s"'`]|\Z)){1,4000}"""
"""A password may have any sign in it, and at its end too, but for what closes or parts."""
_PLAIN = (
    r"(?!(?:base|sha|md|utf|[hrep]s|aes|rsa|ecdsa|ed|id_\w{2,8}|oauth|argon|pbkdf|scrypt|bcrypt|u?int|float|uuid|v)[-_]?\d"
    r"|\d[\d.]{0,20}[a-z%]{1,3}(?!\w)|0x[\da-f]{1,16}(?!\w)|[a-z]\d{1,2}[a-z](?![a-z\d])|\d{4}-?\d\d-?\d\d"
    r"|/|\.|[a-z][a-z+.-]{0,20}://)"
)
"""What has digits and is no secret: an algorithm, a file of a key, a type, a time, an address, a path."""
_MIXED = rf"(?={_WORD}{{0,60}}?\d)(?={_WORD}{{0,60}}?[a-z])"
_SIGNED = r"(?=[\w.-]{1,60}[@#$%^*!+=~]\w)"
_LIKE = rf"{_PLAIN}(?={_WORD}{{6}})(?:{_MIXED}|{_SIGNED})"
"""Letters and digits, or a sign among letters: a word has neither."""
_STRICT = (
    rf"{_PLAIN}(?=[\w+/=-]{{8}})(?:(?=[\w+/=-]{{0,60}}?(?:\d[a-z]{{1,60}}\d|[a-z]\d{{1,60}}[a-z]))"
    r"|(?=[\w+/=-]{20})(?=[\w+/=-]{0,60}?\d)(?=[\w+/=-]{0,60}?[a-z]))[\w+/=-]{8,4000}+"
    r"""(?=[.,;:!?]{0,2}(?:[\s"'`)}\]<>\\]|\Z))"""
)
"""Letters and digits in turns, or many of them: a name with a number has neither."""
_VERB = r"(?:is|was|are|were|be|equals|becomes|now|still|currently|(?:set|reset|changed) to|as)"
_IS = (
    rf"(?:{_BLANK}(?:for|of)(?:{_BLANK}user)?{_BLANK}[^\s]{{1,60}})?"
    rf"(?:{_BLANK}{_VERB}){{1,4}}:?{_BLANK}"
)
_ABOUT = (
    r"(?:invalid|bad|wrong|expired|unknown|incorrect|revoked|rejected|unauthorized|unrecognized|malformed|using"
    r"|with|got|received|sent|sending|temporary|initial|default|generated)"
)
_QUOTED_VALUE = (
    rf"""(?!["'`](?:{STATES}|str|string|text|int|integer|object|bytes|bool|boolean|number)["'`])"""
    rf"""(?:{QUOTED}|`[^`\r\n]{{1,1000}}`)"""
)
_NO_FILE = r"(?![\w.+-]{1,64}@[\w-]{1,64}\.|[\w-]{1,60}\.[a-z]{1,4}(?!\w))"
"""And no address of a user."""
_CAPITALS = r"PASSWORD|PASSWD|SECRET|TOKEN|_KEY|APIKEY|CREDENTIAL"
_ID = rf"[\w.-]{{0,40}}(?:{NAMES}|(?<![a-z0-9])(?:key|pass|pwd)|{CAMEL})[\w.-]{{0,40}}"
_STATE = rf"(?!(?:{STATES}|failed|failures?|errors?|success\w{{0,3}}|ok|login|plain|enabled|disabled)(?!\w))"
_REST = rf"""(?:{QUOTED}|[^\r\n"'\\]{{1,1000}})"""
_RESP = rf"\$\d{{1,5}}{LINE}"
_END = r"(?=\s{0,3}(?:[\r\n]|\Z))"
_SHORT = r"""[^\s"']{1,1000}"""
_TOLD: Mapping[tuple[str, ...], Sequence[str]] = {
    ("pass", "secret", "token", "credential", "key"): (
        # Of a Dockerfile, a shell, a web server, Redis' own: a line whose name says it.
        rf"(?-i:(?<![\w$])(?:ENV|ARG|LABEL|[Ss]et[Ee]nv|set -[gUx]{{1,4}})){_BLANK}{_ID}"
        rf"{_BLANK}{_STATE}(){_REST}",
        rf"(?<![\w-])requirepass{_BLANK}{_STATE}()(?:{QUOTED}|{_SHORT})",
        # Of a table, of a change, of a call, of a path.
        rf"{_NAME}[ \t]{{0,40}}[|│┃][ \t]{{0,40}}(){_LIKE}{_VALUE}",
        rf"(?-i:(?<![A-Z0-9_])[A-Z0-9_]{{0,40}}(?:{_CAPITALS})[A-Z0-9_]{{0,40}}+)[ \t|│┃]{{1,40}}()"
        rf"{_LIKE}{_VALUE}",
        rf"(?:{_NAME}|\*\*\*[\"']?){_BLANK}(?:-{{1,2}}>|→){_BLANK}{_OPEN}(){_LIKE}{_VALUE}",
        rf"(?:{NAMES})[\w.]{{0,40}}+\(\s?[\"'](){_LIKE}{_VALUE}",
        rf"/[\w-]{{0,20}}(?:{NAMES})[\w-]{{0,20}}+/()(?=[\w-]{{0,15}}\d)(?=[\w-]{{0,15}}[a-z])[\w-]{{16,4000}}",
        # Of prose.
        rf"{_NAME}{_IS}()(?:{_QUOTED_VALUE}|{_LIKE}{_VALUE})",
        rf"{_ENTERED}{_IS}()\d{{4,64}}(?![\w%]|[.:-]\d|{_BLANK}(?:char|byte|bit|day|hour|min|sec|round|iter))",
        rf"{_ABOUT}{_BLANK}(?:[a-z-]{{1,20}}{_BLANK}){{0,2}}{_NAME}(?:{_BLANK}provided)?:?{_BLANK}{_OPEN}(){_LIKE}{_VALUE}",
        rf"(?<!unexpected ){_ENTERED}(?!\w){_BLANK}{_OPEN}(){_LIKE}{_NO_FILE}{_VALUE}",
        rf"{_NAME}{_BLANK}{_OPEN}(){_STRICT}",
    ),
    # Of Redis: as it is typed, as a client is called or a monitor shows it, as it goes over the wire.
    ("auth",): (
        rf"(?<![\w-])masterauth{_BLANK}{_STATE}()(?:{QUOTED}|{_SHORT})",
        rf"(?-i:(?<![\w$-])AUTH2?) (?:{_WORD}{{1,100}} )?(){_LIKE}{_VALUE}",
        rf"(?:(?<=\d> )AUTH (?:{_WORD}{{1,100}} )?|(?:(?<=\n)|\A)(?-i:AUTH) ){_STATE}(){_SHORT}{_END}",
        rf"(?-i:HELLO [23] AUTH) {_WORD}{{1,100}} (){_SHORT}",
        r"""(?-i:(?:(?<=[(\[])|(?<=\]\s))b?["']AUTH["'],?)\s(?:b?["'][^"'\r\n]{1,100}["'],?\s)?b?()"""
        rf"(?:{QUOTED})(?=\s?(?:[)\],]|\Z|\r?\n))",
        rf"(?-i:AUTH){LINE}(?:{_RESP}[^\r\n\\]{{1,200}}{LINE})?{_RESP}()[^\r\n\\]{{1,1000}}",
    ),
    ("pass ",): (rf"(?-i:(?:(?<=> )|(?<=C: )|(?<=-> ))PASS) (){_SHORT}{_END}",),  # of FTP and POP3
    ("setuser",): (rf"SETUSER\s[^\s>]{{1,100}}(?:\s[^\s>]{{1,100}}){{0,20}}\s>(){_SHORT}",),
}


@cache
def all_told_forms() -> tuple[tuple[Sequence[str], re.Pattern[str]], ...]:
    """All of them, with the words of which one is in what has it. Making them takes a while."""
    return tuple((words, re.compile(one, re.IGNORECASE)) for words, some in _TOLD.items() for one in some)


def told_forms(text: str) -> Iterator[re.Pattern[str]]:
    """The forms that `text` may have: what is secret stands behind the empty group. The others take time."""
    small = text.lower()
    for words, form in all_told_forms():
        if any(word in small for word in words):
            yield form
