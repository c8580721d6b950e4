"""Builds Envoy's configuration from typed classes: the one source of every Envoy that runs beside the sidecar."""
