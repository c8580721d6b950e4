"""Patterns of public hosts: a name, `*.suffix` and `*`, as Envoy's virtual hosts have them."""

from typing import Final

ANY_HOST: Final = "*"
_SUFFIX: Final = "*."


def covers(pattern: str, host: str) -> bool:
    """Tell whether all that one pattern means (or the name that it is), another means too."""
    return pattern in (ANY_HOST, host) or (pattern.startswith(_SUFFIX) and host.endswith(pattern[1:]))
