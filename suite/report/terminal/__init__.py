"""What people read in the terminal: progress, tables, plots."""
