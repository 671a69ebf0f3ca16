"""What one operation takes, counted and not timed: instructions, allocations, SQL statements."""
