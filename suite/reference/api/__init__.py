"""A therapy-session backend over HTTP, and its load tests: `suite run api`."""
