"""Where a started system is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """Where a started system is; plain data that travels to the workers."""

    host: str = "127.0.0.1"
    port: int = 0
    url: str = ""
    directory: str = ""
    pid: int = 0
