"""A/B: two commits built side by side, rounds in turns, a verdict that holds on a noisy machine."""
