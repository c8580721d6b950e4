"""The arms of the data path benchmark: an Envoy for each way a request can take, all in front of one upstream."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.report import ArmName
from extproc.up.stack import Stack, StackOptions

TRANSPORT = "grpc.aio+uvloop/unix"
_HERE = Path(__file__).parent
_NOOP = (sys.executable, str(_HERE / "noop.py"), "--socket", "{socket}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """Where the client sends an arm's requests, and whose CPU time they cost."""

    name: ArmName
    transport: str
    host: str
    port: int
    pids: dict[str, int]


@contextmanager
def running_arms(upstream_port: int, *, null: bool) -> Iterator[tuple[Arm, ...]]:
    """Start all arms at once: an idle one costs nothing, and a start between two runs would disturb them.

    With `null` a second no-op stands in the sidecar's place, so that every difference between the two is noise.
    """
    upstream = f"http://127.0.0.1:{upstream_port}/mcp"
    noop = StackOptions(upstream=upstream, sidecar_command=_NOOP)
    sidecar = noop if null else StackOptions(upstream=upstream, policy=_HERE / "policy.yaml")
    # A stack always has an external processor; the Envoy of this one is not told of it.
    plain = replace(noop, envoy={"sidecars": ()})
    with Stack(plain) as envoy_alone, Stack(noop) as with_noop, Stack(sidecar) as with_sidecar:
        yield (
            Arm(name="direct", transport="none", host="127.0.0.1", port=upstream_port, pids={}),
            _arm("envoy", "none", envoy_alone, {"envoy": envoy_alone.envoy.pid}),
            _arm("noop", TRANSPORT, with_noop, _pids(with_noop)),
            _arm("sidecar", TRANSPORT, with_sidecar, _pids(with_sidecar)),
        )


def _arm(name: ArmName, transport: str, stack: Stack, pids: dict[str, int]) -> Arm:
    return Arm(name=name, transport=transport, host="127.0.0.1", port=stack.port, pids=pids)


def _pids(stack: Stack) -> dict[str, int]:
    return {"envoy": stack.envoy.pid, "sidecar": stack.sidecar.pid}
