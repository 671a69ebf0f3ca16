"""Users for locust: as fast as they can, or at a pace of their own with --pacing SECONDS."""

from typing import Any

from locust import FastHttpUser, HttpUser, constant, constant_pacing, events


@events.init_command_line_parser.add_listener
def _options(parser):
    parser.add_argument("--pacing", type=float, default=0.0, help="seconds from one start to the next")


def _root(user: Any) -> None:
    user.client.get("/")


class _Root:
    tasks: Any = [_root]  # noqa: RUF012

    def __init__(self, environment):
        super().__init__(environment)  # type: ignore[call-arg]
        pacing = environment.parsed_options.pacing
        self._pause = constant_pacing(pacing) if pacing else constant(0)

    def wait_time(self: Any) -> float:
        return self._pause(self)


class Fast(_Root, FastHttpUser):
    """locust's cheap one, on geventhttpclient."""


class Plain(_Root, HttpUser):
    """locust's usual one, on requests."""
