"""Certificates that nobody trusts but who made them."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Certificate:
    """A key and its self-signed certificate."""

    file: Path

    def server(self) -> ssl.SSLContext:
        """What a server that has it works with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file)
        return context

    def client(self) -> ssl.SSLContext:
        """What a client that trusts it, and nothing else, works with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.file)
        return context


def certificate(directory: Path, names: str) -> Certificate:
    """One for `names`, like "IP:127.0.0.1,DNS:localhost"."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    key, crt, both = directory / "key", directory / "crt", directory / "both"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    extra = ["-days", "2", "-subj", "/CN=test", "-addext", f"subjectAltName={names}"]
    subprocess.run([*command, *extra, "-keyout", key, "-out", crt], check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + crt.read_bytes())
    return Certificate(both)
