"""A system that is a Python object inside the one worker."""

from collections.abc import Callable
from typing import Any

from suite.contract.fault import Fault
from suite.contract.loop import Duration
from suite.contract.system import System


class Component(System):
    """A Python object built by `factory(**parameters)` inside the one worker, e.g. a matcher.

    Users get the object itself in `connect`, checks and metrics get it as `system`. If the object has
    a `close` it is called at the end.
    """

    of_engine = False
    """Whether what our engine takes beside it is what is to be counted."""

    def __init__(
        self,
        factory: Callable[..., Any],
        *,
        needs: tuple[str, ...] = (),
        deadline: Duration = 30.0,
        **parameters: Any,
    ) -> None:
        super().__init__(needs=needs, deadline=deadline, **parameters)
        self.factory = factory

    def build(self) -> Any:
        """The object, made anew."""
        return self.factory(**self.parameters)

    def immunity(self, fault: Fault) -> str | None:  # noqa: ARG002 - none can
        """See `System.immunity`."""
        return "a Component has no address and no process of its own"
