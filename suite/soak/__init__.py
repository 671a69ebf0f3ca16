"""Does it last: load for hours in windows that are kept as they end, and what moves over them."""
