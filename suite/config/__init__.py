"""What a project says of its load tests: configuration file, settings, catalog of workloads, places."""
