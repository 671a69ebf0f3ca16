"""Access logs to read and to replay."""

import json
from datetime import UTC, datetime, timedelta, timezone

BEGIN = 1_760_000_000.0


def combined(
    at, client="10.0.0.1", request="GET / HTTP/1.1", *, took=None, agent="curl/8", zone=0, status=200
):
    """A line as nginx and Apache write it; `at` in seconds after BEGIN, cut to whole ones."""
    moment = datetime.fromtimestamp(BEGIN + at, timezone(timedelta(hours=zone)))
    rest = "" if took is None else f" {took:.3f}"
    return f'{client} - - [{moment:%d/%b/%Y:%H:%M:%S %z}] "{request}" {status} 2 "-" "{agent}"{rest}\n'


def exact(at, client="10.0.0.1", method="GET", target="/", **more):
    """A line of JSON with a stamp to the microsecond."""
    moment = datetime.fromtimestamp(BEGIN + at, UTC)
    said = {"time": moment.isoformat(), "client_ip": client, "method": method, "uri": target, "status": 200}
    return json.dumps({**said, **more}) + "\n"
