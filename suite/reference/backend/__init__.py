"""What the reference backends, api and hotel, have in common: both are FastAPI on SQLAlchemy."""
