"""Documents in and out: ours, asv's, pytest-benchmark's."""
