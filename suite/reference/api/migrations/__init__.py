"""The backend's own migrations."""
