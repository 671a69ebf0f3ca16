"""How much load a system holds: probes, the search, the scaling law."""
