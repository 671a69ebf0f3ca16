"""The gateway's workloads, by what they try."""
