"""The demo server as a child process."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Final

from extproc.up.processes import Child

_READY_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 5.0
_GREETING: Final = "listening on "


@contextmanager
def demo_server(workdir: Path) -> Iterator[str]:
    """Start the demo shop on a free port; yield the URL of its MCP endpoint."""
    log = workdir / "demo-server.log"
    child = Child.start("demo server", [sys.executable, "-m", "extproc.demo.server", "--port", "0"], log=log)
    try:
        child.until(lambda: _GREETING in child.tail(), _READY_SECONDS)
        lines = child.tail().splitlines()
        yield next(line.removeprefix(_GREETING) for line in lines if line.startswith(_GREETING))
    finally:
        child.stop(_STOP_SECONDS)


def demo_policy() -> Path:
    """Return the policy file that belongs to the demo shop."""
    return Path(str(resources.files("extproc.demo").joinpath("policy.yaml")))
