"""Asks until it is answered: `python -m tests.probing grpc|http|tcp HOST PORT SECONDS [PATH]`, wherever it runs.

Exit code 0 when the answer came in time, and what came instead on standard output.
"""

import http.client
import socket
import sys
import time

from extproc.up.probes import is_serving

_ASKED = 1.0
_PAUSE = 0.05


def _once(kind: str, host: str, port: int, path: str) -> str:
    """Return what is wrong; nothing when all is well."""
    try:
        match kind:
            case "grpc":
                return "" if is_serving(f"{host}:{port}") else "not serving"
            case "http":
                connection = http.client.HTTPConnection(host, port, timeout=_ASKED)
                connection.request("GET", path)
                status = connection.getresponse().status
                return "" if status == http.client.OK else f"status {status}"
            case "tcp":
                socket.create_connection((host, port), timeout=_ASKED).close()
                return ""
            case other:
                return f"nobody here knows {other}"
    except OSError as error:
        return type(error).__name__


def main() -> int:
    """Ask until the deadline."""
    kind, host, port, seconds, *path = sys.argv[1:]
    end = time.monotonic() + float(seconds)
    while wrong := _once(kind, host, int(port), path[0] if path else "/"):
        if time.monotonic() > end:
            print(wrong)
            return 1
        time.sleep(_PAUSE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
