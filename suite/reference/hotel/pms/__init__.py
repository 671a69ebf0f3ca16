"""A property management system, what a hotel's backend does with it, and the load tests of both."""
