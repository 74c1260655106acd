"""Evaluation suites, benchmarks and crash drills that people can run and trust."""
