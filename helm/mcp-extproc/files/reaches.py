"""Asks an endpoint with a body that is no JSON-RPC: the sidecar, and nobody else, refuses it as JSON-RPC."""

import json
import sys
import urllib.error
import urllib.request


def main(url: str, host: str) -> int:
    """Return 0 when the sidecar answered."""
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    if "*" not in host:
        headers["Host"] = host
    try:
        with urllib.request.urlopen(urllib.request.Request(url, b"{", headers), timeout=10) as response:
            print(f"answered {response.status}: this went past the sidecar", file=sys.stderr)
            return 1
    except urllib.error.HTTPError as error:
        body = error.read()
        try:
            refused = json.loads(body).get("jsonrpc") == "2.0"
        except (ValueError, AttributeError):
            refused = False
        print(f"{error.code}: {body.decode(errors='replace')[:200]}")
        return 0 if refused and error.code in {400, 401, 403} else 1
    except OSError as error:
        print(f"not reached: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "*"))
