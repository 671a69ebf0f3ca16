"""Entry points for other tools: asv and its pages."""
