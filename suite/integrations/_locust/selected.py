"""The workloads that Locust is to run, with the settings that the configuration file gives them."""

from __future__ import annotations

from collections.abc import Sequence

from suite.config.catalog import CatalogEntry, select
from suite.config.file import read_configuration
from suite.config.layer import SettingsLayer
from suite.config.selection import make_plans
from suite.config.settings import Settings


def selected(targets: Sequence[str], host: str | None = None) -> tuple[tuple[CatalogEntry, Settings], ...]:
    """What `targets` name; with `host` at that address. Raises ConfigurationError with all faults."""
    configuration = read_configuration(None)
    chosen = select(targets, files=configuration.files)
    return make_plans(chosen, configuration, SettingsLayer(target=host or None)).runs
