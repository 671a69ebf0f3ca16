"""The pages that `asv publish` gets from us: plain files that a browser opens without a server."""
