"""Stacks that trust neither side, in front of `office_server`: configuration, principals, stories and the log."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from extproc.up.stack import Stack, StackOptions
from tests.e2e import scenarios, typescript
from tests.e2e.clients import Era, connect, seen
from tests.e2e.raw import modern, post
from tests.fixtures.running import ToolServer
from tests.identity.tokens import jwks, token

PROTECTION: Final = Path(__file__).parents[2] / "extproc" / "policies" / "protection.yaml"
CLIENTS: Final = ("python-legacy", "python-modern", "typescript-legacy", "typescript-legacy-v1", "typescript-modern")
SERVERS: Final = ("rogue", "crm", "mirror", "inbox", "customers", "mail")
# The key that replicas, and one replica before and after a restart, must have in common.
_KEY: Final = ("OFFICE_KEY", "shared by all replicas of the office")
_SIDECAR: Final = ("env", "=".join(_KEY), sys.executable, "-m", "extproc", "serve", "--config", "{config}")
_ISSUER: Final = "https://idp.test"
_AUDIENCE: Final = "offices"
_SECONDS: Final = 20.0
_POLL_SECONDS: Final = 0.02
Seen = dict[str, Any]


def bearer(subject: str) -> dict[str, str]:
    """Return the header of somebody's token, which every stack of these takes."""
    now = time.time()
    claims = {"iss": _ISSUER, "aud": _AUDIENCE, "sub": subject, "exp": now + 300, "iat": now}
    return {"authorization": "Bearer " + token(claims)}


@contextmanager
def office(
    folder: Path, server: ToolServer, state: Mapping[str, object], *, first: str = SERVERS[0], policy: Path = PROTECTION
) -> Iterator[Stack]:
    """Run a stack with a state store in front of all the servers; its own endpoint is that of the `first`."""
    keys = folder / "keys.json"
    keys.write_bytes(jwks())
    source = {"name": "idp", "kind": "jwt", "issuer": _ISSUER, "audiences": [_AUDIENCE], "keys": {"file": str(keys)}}
    config = {
        "servers": [{"name": name, "hosts": ["*"], "paths": [f"/{name}"]} for name in SERVERS],
        "identity": {"sources": [source]},
        "detection": {"key_env": _KEY[0]},
        "inside": ["home.example"],
        "state": state,
    }
    upstream = f"{server.origin}/{first}"
    with Stack(StackOptions(upstream=upstream, policy=policy, config=config, sidecar_command=_SIDECAR)) as running:
        yield running


def at(stack: Stack, name: str) -> str:
    """Return the endpoint of one of the servers behind a stack."""
    return f"{stack.url.rpartition('/')[0]}/{name}"


def play(url: str, name: str, stories: Sequence[str], who: str, control: str) -> dict[str, Seen]:
    """Play stories with one of `CLIENTS`."""
    language, _, era = name.partition("-")
    run: Any = scenarios.run if language == "python" else typescript.run
    played: dict[str, Seen] = run(url, era, stories, control=control, headers=bearer(who))
    return played


async def called(url: str, tool: str, who: str, era: Era = "legacy", **arguments: str) -> Seen:
    """Connect anew, call a tool and return what the client gets."""
    async with connect(url, era, headers=bearer(who)) as peer:
        return await seen(peer.client.call_tool(tool, arguments))


async def listed(url: str, who: str, era: Era = "legacy") -> list[str]:
    """Connect anew and return the names of the tools that the client sees."""
    async with connect(url, era, headers=bearer(who)) as peer:
        return sorted(tool.name for tool in (await peer.client.list_tools()).tools)


def records(stack: Stack, **members: object) -> list[Seen]:
    """Return the records of the decision log with these members."""
    lines = [json.loads(line) for line in stack.sidecar_log.read_text().splitlines() if line.startswith("{")]
    return [one for one in lines if all(one.get(name) == member for name, member in members.items())]


async def recorded(stack: Stack, **members: object) -> Seen:
    """Wait until such a record is in the decision log, and return the last one."""
    await until(lambda: records(stack, **members))
    return records(stack, **members)[-1]


def reference(refused: Seen) -> str:
    """Return the id of the decision that a refused call was told."""
    _, found, identifier = str(refused.get("text")).rpartition("Reference: ")
    assert found, refused
    return identifier.removesuffix(".")


async def serving(stack: Stack) -> None:
    """Wait until messages pass again."""
    message, headers = modern("server/discover")
    async with asyncio.timeout(_SECONDS):
        while "result" not in (await post(stack, message, headers | bearer("monitor"))).json():
            await asyncio.sleep(_POLL_SECONDS)


async def turn(server: ToolServer, description: str) -> None:
    """Have the rogue server describe its echo anew, past any proxy."""
    await called(f"{server.origin}/rogue", "turn", "nobody", description=description)


async def until(condition: Callable[[], object], seconds: float = _SECONDS) -> None:
    """Poll for a state of another process; the deadline only turns a hang into a failure."""
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(condition):
            await asyncio.sleep(_POLL_SECONDS)


def sent(server: ToolServer) -> int:
    """Return how many mails were sent: the calls of `send_mail` that reached the server."""
    return server.calls().count("send_mail")


def pins(state: str, *words: str) -> tuple[int, str]:
    """Run `extproc pins` on a state store and return its exit code and what it printed."""
    command: Sequence[str] = (sys.executable, "-m", "extproc", "pins", *words, "--state", state)
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    return done.returncode, done.stdout + done.stderr
