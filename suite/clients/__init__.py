"""Clients that cost next to nothing: pre-encoded requests, incremental parsers, uvloop protocols."""
