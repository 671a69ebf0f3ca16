"""Numbers in, numbers out: tests, estimates, segmentation, change points, drift. No I/O, no product words."""
