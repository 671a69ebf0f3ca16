"""Every process of ours starts and ends here."""
