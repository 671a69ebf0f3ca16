"""Where services run already, as the configuration file says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar

from suite.config.checked import FORBID_OTHERS, TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceUrls:
    """The table `services`: a URL for each that is not to be an embedded server."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_OTHERS

    postgresql: Annotated[str | None, TEXT] = None
    redis: Annotated[str | None, TEXT] = None

    def given(self) -> dict[str, str]:
        """Those that are said, by name."""
        return {name: url for name, url in asdict(self).items() if url}
