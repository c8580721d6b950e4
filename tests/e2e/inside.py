"""The official client at a host of its own: `python -m tests.e2e.inside URL CA TOKEN CALLS`.

CALLS is JSON, `[[tool, arguments], ...]`; what each ended with is printed as JSON. Without a token (`-`) none is sent.
"""

import asyncio
import json
import ssl
import sys

from tests.e2e.clients import connect, failure, seen


async def story(url: str, authority: str, token: str, calls: str) -> object:
    """Make the calls in one session."""
    headers = {} if token == "-" else {"authorization": f"Bearer {token}"}
    trusted = ssl.create_default_context(cafile=authority)
    try:
        async with connect(url, "modern", headers=headers, verify=trusted) as peer:
            return [await seen(peer.client.call_tool(tool, arguments)) for tool, arguments in json.loads(calls)]
    except Exception as error:  # noqa: BLE001 - whatever a client raises is the observation
        return failure(error)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(story(*sys.argv[1:5]))))
