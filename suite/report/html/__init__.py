"""One page about some results: verdict first, drawn with what the site is drawn with, whole in one file."""
