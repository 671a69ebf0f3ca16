"""Projects of strangers, as small as they come: what `suite init` meets."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]

FASTAPI = {
    "pyproject.toml": """
        [build-system]
        requires = ["hatchling"]
        build-backend = "hatchling.build"

        [project]
        name = "corner-shop"
        version = "1.0"
        dependencies = ["fastapi", "uvicorn"]

        [tool.hatch.build.targets.wheel]
        packages = ["src/corner"]
        """,
    "src/corner/__init__.py": "",
    "src/corner/web.py": '''
        """A shop that reads from a database."""
        import sqlite3
        from fastapi import FastAPI, HTTPException

        app = FastAPI()
        base = sqlite3.connect(":memory:", check_same_thread=False)
        base.execute("create table items (id integer primary key, name text)")
        base.executemany("insert into items (name) values (?)", [(f"item {n}",) for n in range(20)])

        @app.get("/health")
        def health():
            return {"ok": True}

        @app.get("/items")
        def items():
            # all at once
            return [name for _, name in base.execute("select id, name from items")]

        @app.get("/me")
        def me():
            raise HTTPException(401)

        @app.post("/orders", status_code=201)
        def order(wish: dict):
            return wish
        ''',
}  # fmt: skip
FLASK = {
    "requirements.txt": "flask\ngunicorn\n",
    "shop.py": """
        from flask import Flask

        def create_app():
            app = Flask(__name__)

            @app.get("/")
            def front():
                return "hello"

            @app.get("/items/<int:number>")
            def item(number):
                return str(number)

            return app
        """,
}  # fmt: skip
DJANGO = {
    "manage.py": """
        import os, sys
        from django.core.management import execute_from_command_line
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_of_ours.settings")
        execute_from_command_line(sys.argv)
        """,
    "site_of_ours/__init__.py": "",
    "site_of_ours/settings.py": """
        DEBUG = False
        SECRET_KEY = "none"
        ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
        ROOT_URLCONF = "site_of_ours.urls"
        WSGI_APPLICATION = "site_of_ours.wsgi.application"
        """,
    "site_of_ours/wsgi.py": """
        import os
        from django.core.wsgi import get_wsgi_application
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_of_ours.settings")
        application = get_wsgi_application()
        """,
    "site_of_ours/urls.py": """
        from django.http import HttpResponse
        from django.urls import include, path

        def hello(request, **_):
            return HttpResponse("hello")

        shop = [path("items/", hello), path("<int:n>/", hello)]
        urlpatterns = [path("hello/", hello), path("shop/", include(shop))]
        """,
}  # fmt: skip
WITH_DATABASE = {
    "requirements.txt": "flask\ngunicorn\npsycopg[binary]\n",
    "shop.py": """
        import os
        import psycopg
        from flask import Flask, g

        app = Flask(__name__)

        def base():
            if "base" not in g:
                g.base = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
            return g.base

        @app.teardown_appcontext
        def done(_error):
            if base := g.pop("base", None):
                base.close()

        @app.get("/items")
        def items():
            return base().execute("select array_agg(n) from generate_series(1, 9) n").fetchone()[0]
        """,
}  # fmt: skip
CLASS = {
    "matching/__init__.py": "",
    "matching/matcher.py": """
        class Matcher:
            def __init__(self, members: int):
                self.members = [*range(members)]

            def match(self, face: str) -> int:
                return sum(self.members)

            def forget(self, member):
                self.members.remove(member)

            async def later(self) -> None:
                pass
        """,
}  # fmt: skip
NODE = {
    "server.js": """
        const http = require("http");
        http.createServer((request, answer) => answer.end("hello")).listen(+process.argv[2], "127.0.0.1");
        """,
}  # fmt: skip
PERL = {
    "server.pl": """
        use strict; use Socket;
        socket(my $door, PF_INET, SOCK_STREAM, 0); setsockopt($door, SOL_SOCKET, SO_REUSEADDR, 1);
        bind($door, sockaddr_in($ARGV[0], INADDR_LOOPBACK)) or die; listen($door, 64);
        while (accept(my $there, $door)) {
            while (defined(my $line = <$there>)) {
                next unless $line =~ /^\\r?\\n$/;
                syswrite($there, "HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n" .
                    "connection: close\\r\\n\\r\\nok"); last;
            }
            close($there);
        }
        """,
}  # fmt: skip


def project(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"))
    return folder


def said(folder, *words, code=0, timeout=280, **env):
    """What `suite` says in a stranger's folder, with the exit code that is wanted."""
    done = subprocess.run(
        [sys.executable, "-m", "suite.cli", *words], cwd=folder, capture_output=True, text=True,
        timeout=timeout, env={**os.environ, "COLUMNS": "100", **env}, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout
