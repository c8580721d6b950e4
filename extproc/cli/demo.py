"""`extproc demo`: a scripted tour on a running stack."""

import asyncio
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path


def run() -> int:
    """Run the tour; return 0 when everything went as it says."""
    missing = [extra for extra, module in (("envoy", "envoy_data_plane"), ("demo", "mcp")) if find_spec(module) is None]
    if missing:
        print(f"the tour needs: pip install 'mcp-extproc[{','.join(missing)}]'", file=sys.stderr)
        return 1
    from extproc.demo.process import demo_policy, demo_server
    from extproc.demo.tour import tour
    from extproc.up.processes import NotReadyError
    from extproc.up.stack import Stack, StackOptions

    try:
        with tempfile.TemporaryDirectory(prefix="extproc-") as workdir, demo_server(Path(workdir)) as upstream:
            print("starting the sidecar and Envoy in front of a demo server ...\n", flush=True)
            options = StackOptions(upstream=upstream, policy=demo_policy(), config={"timeouts": {"hold": 30.0}})
            with Stack(options) as stack:
                return asyncio.run(tour(stack))
    except NotReadyError as problem:
        print(problem, file=sys.stderr)
        return 1
