"""The configurations of Envoy: built, shipped, and read by the real one."""
