"""Two sets of samples into a verdict: revisions, pairs, minimum effects, sequential tests, gates."""
