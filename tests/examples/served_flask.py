"""The same application for Flask."""

from flask import Flask
from served import answer

app = Flask("served")


@app.get("/")
@app.get("/leak", endpoint="leak")
def page() -> tuple[bytes, int]:
    """Answer a path."""
    from flask import request

    status, body = answer(request.path)
    return body, status
