"""Benchmarks that compare in one run and print the ratio."""
