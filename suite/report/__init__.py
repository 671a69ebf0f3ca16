"""Turns data into what people and programs read. Nothing here measures, stores or decides."""
