"""Our workloads on Locust: its process steers, our engine makes the load in a process of its own."""
