"""Somebody who asks a backend over HTTP."""

import json
import urllib.error
import urllib.request
from types import SimpleNamespace


class Asking:
    """Asks a backend as one account, or as nobody; `headers` go with each request."""

    def __init__(self, url, token="", headers=()):
        self.url, self.token, self.headers = url, token, dict(headers)

    def __call__(self, method, path, content=None, *, headers=(), body=None):
        """Status, headers, and the answer: what JSON says, or its text."""
        named = {"Content-Type": "application/json", **self.headers, **dict(headers)}
        if self.token:
            named.setdefault("Authorization", f"Bearer {self.token}")
        body = json.dumps(content).encode() if body is None and content is not None else body
        request = urllib.request.Request(self.url + path, body, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, headers, text = answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                status, headers, text = error.code, error.headers, error.read().decode()
        known = json.loads(text) if "json" in headers.get("Content-Type", "") else text
        return SimpleNamespace(status=status, headers=headers, body=known)


def signed_up(url, name):
    """Somebody with an account."""
    ask, login = Asking(url), {"email": f"{name}@example.org", "password": "correct horse"}
    assert ask("POST", "/accounts", {**login, "name": name}).status == 201
    return Asking(url, ask("POST", "/login", login).body["token"])
