"""Which way of a metric is better."""

from typing import Literal

Better = Literal["lower", "higher", "none"]
