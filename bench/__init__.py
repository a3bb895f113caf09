"""Benchmarks: each is a module that prints its figures."""
