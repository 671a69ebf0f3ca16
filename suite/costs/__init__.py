"""What one operation takes, counted and not timed: instructions, system calls, bytes."""
