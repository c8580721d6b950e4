"""Fuzzing bounded by time, for `make fuzz`."""
