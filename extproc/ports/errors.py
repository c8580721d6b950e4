"""The one exception an implementation of a port may raise for its own troubles."""


class PortError(Exception):
    """A dependency did not do what was asked: down, slow or full. The text is for operators and names no content."""
