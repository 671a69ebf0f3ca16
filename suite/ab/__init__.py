"""Two commits side by side: checkouts, environments, turns, profiles, calibration, bisection."""
