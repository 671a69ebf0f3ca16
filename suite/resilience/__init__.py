"""Whether a system recovers: from failures around it, fault by fault, and from too much load."""
