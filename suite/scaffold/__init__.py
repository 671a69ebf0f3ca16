"""What greets a stranger: `suite doctor` looks at machine and project, `suite init` writes first files."""
