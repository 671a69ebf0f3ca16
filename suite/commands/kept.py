"""Where what a command measures is kept: as its options and the configuration say, for every kind alike."""

from __future__ import annotations

from contextlib import AbstractContextManager

from suite.commands.option_groups import Where
from suite.commands.output import Output, output
from suite.config.file import Configuration
from suite.formats.envelope import Kind


def kept(
    kind: Kind, json_file: str | None, where: Where, configuration: Configuration
) -> AbstractContextManager[Output]:
    """`output` of documents of a `kind`, in a folder of their own below the results, and in the ledger.

    Raises ConfigurationError for places that only the configuration names, until you agreed.
    """
    places = where.places(configuration)
    folder = places.folder / ("runs" if kind == "run" else kind)
    return output(json_file, kind, folder, ledger=places.ledger, notify=configuration.notified())
