"""Measures the service beside its peers: `python -m benchmarks`. README.md tells the method."""
