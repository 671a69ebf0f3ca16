"""Drawings of records as SVG, for any page: they stand in the site's and in a report's."""
