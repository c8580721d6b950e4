"""Benchmarks: one module per question, arms interleaved in one run, raw results kept."""
