"""Envoy external-processing sidecar that governs Model Context Protocol traffic."""

__version__ = "0.1.0"
