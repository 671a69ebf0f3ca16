"""The server that all generators are sent to, and its count of requests."""

import contextlib
import http.client
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

from suite.process.child import start_command
from suite.process.port import claim_port
from suite.process.ready import probe_for, wait_ready

HERE = Path(__file__).parent

NGINX = """
daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
    access_log off; server_tokens off; keepalive_requests 1000000000;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location = /count {{ stub_status; }}
        location / {{ default_type text/plain; return 200 "Hello, load.\\n"; }}
    }}
}}
"""


class Target:
    """A running server: `name`, `url`, and its one process `pid`."""

    def __init__(self, name, port, pid):
        self.name = name
        self.url = f"http://127.0.0.1:{port}"
        self.pid = pid
        self._asked = 0
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def count(self):
        """How many requests it has had from generators: those for this number are left out."""
        self._asked += 1
        self._line.request("GET", "/count")
        return counted(self._line.getresponse().read().decode()) - self._asked

    def close(self):
        self._line.close()


def counted(text):
    """The requests in nginx's stub_status: the third number of its third line."""
    numbers = text.partition("requests\n")[2].split()
    return int(numbers[2])


@contextlib.contextmanager
def running_target(folder, core, *, nginx=True):
    """nginx if it is installed and wanted, else a null server of ours; pinned to `core`, ended at the end."""
    port = claim_port()
    if nginx := nginx and (shutil.which("nginx") is not None):
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, port=port))
        argv = ["nginx", "-c", str(config), "-p", str(folder), "-e", "stderr"]
    else:
        argv = [sys.executable, str(HERE / "null_server.py"), str(port)]
    cores = None if core is None else frozenset({core})
    child = start_command(argv, log=folder / "server.log", env={}, cores=cores)
    target = Target("nginx" if nginx else "null server", port, child.pid)
    try:
        wait_ready(probe_for("/count"), SimpleNamespace(host="127.0.0.1", port=port), child, 5.0)
        yield target
    finally:
        target.close()
        child.stop()
