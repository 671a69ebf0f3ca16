"""`python -m suite`: the command `suite`."""

from suite.cli import main

main()
