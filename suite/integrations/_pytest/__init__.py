"""pytest's plug-in, but for what pytest imports at every start."""
