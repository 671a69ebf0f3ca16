"""Who loads the hotel's backend, with what, and what must hold then."""
