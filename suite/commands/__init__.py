"""The commands of `suite`, one file each: options, one call, what is printed, the exit code."""
