"""What users subclass and call: workload, system, user, loop, threshold, metric."""
