"""Crash drills on real processes."""
