"""Implementations of the ports that keep state."""
