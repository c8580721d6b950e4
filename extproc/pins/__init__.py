"""Definitions as they were approved, how they differ from what is listed now, and who else goes by their names."""
