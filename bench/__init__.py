"""Benchmarks: each measures a running stack from outside, by its commands, files and tables."""
