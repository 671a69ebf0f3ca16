"""Reference systems: real, small, and written against the public contract only."""
