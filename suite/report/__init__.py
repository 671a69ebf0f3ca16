"""What people and programs get to see of a Run: console, JSON document, picture, exit code."""
