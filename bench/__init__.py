"""Benchmarks. Each module measures one thing and prints the results."""
