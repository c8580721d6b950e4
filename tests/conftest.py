"""Property tests repeat the same examples in every run and are not timed; `make fuzz` looks for new ones."""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
