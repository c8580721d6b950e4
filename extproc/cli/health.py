"""`extproc health`: whether a sidecar serves, for probes of containers without a shell."""

import sys

from extproc.up.probes import is_serving


def run(address: str) -> int:
    """Print what the sidecar says of itself; a good answer alone is exit code 0."""
    if is_serving(address):
        print("serving")
        return 0
    print(f"not serving on {address}", file=sys.stderr)
    return 1
