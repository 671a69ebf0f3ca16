"""From raw columns and process trees to metrics that can be believed, or that say why not."""
