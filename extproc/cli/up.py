"""`extproc up`: the whole stack in the foreground."""

import os
import shutil
import signal
import socket
import sys
import tempfile
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from extproc.cli.policy_shipped import protection
from extproc.config.faults import ConfigError
from extproc.config.policy_file import load_policies
from extproc.detection import installed
from extproc.envoy.addresses import OptionsError
from extproc.envoy.bootstrap import MissingEnvoyError
from extproc.up.processes import NotReadyError
from extproc.up.stack import Stack, StackOptions

DEFAULT_PORT: Final = 8080

_TRY_DEMO: Final = """\
Try, in another terminal:
  1. read a customer: the card number and the address do not reach you
       {call_lookup}
  2. delete one: refused, with the rule that says so
       {call_delete}
  3. transfer money: it waits {hold}; release it, or let its time run out
       {call_wire}
       {extproc} holds list --socket {socket}
"""
_TRY_OWN: Final = """\
Try:
  1. point your MCP client at the endpoint above
  2. watch the decisions      tail -f {log}
  3. write a policy, check it (extproc check policy.yaml) and pass it with --policy;
     saved changes are in force at once
"""


def run(upstream: str | None, policy: Path | None, port: int | None) -> int:
    """Start everything, say how to use it, and stop all of it when told to; return the exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if policy is not None:
            load_policies([policy], installed())
        with ExitStack() as running:
            return _run(running, upstream, policy, port)
    except KeyboardInterrupt:
        print("\nstopped", flush=True)
        return 0
    except (ConfigError, NotReadyError, MissingEnvoyError, OptionsError) as problem:
        print(problem, file=sys.stderr)
        return 1


def _run(running: ExitStack, upstream: str | None, policy: Path | None, port: int | None) -> int:
    workdir = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="extproc-")))
    demo = upstream is None
    if upstream is None:
        if find_spec("mcp") is None:
            print("the demo server needs: pip install 'mcp-extproc[demo]'; or name a server: --upstream URL")
            return 1
        from extproc.demo.process import demo_policy, demo_server

        print("starting the demo server ...", flush=True)
        upstream = running.enter_context(demo_server(workdir))
        policy = policy or demo_policy()
    print("starting the sidecar and Envoy (the first time this takes half a minute) ...", flush=True)
    options = StackOptions(
        upstream=upstream,
        policy=policy or protection(),
        port=port or _default_port(),
        workdir=workdir,
        # Whoever tries a server changes it, too: what was approved is forgotten with the process.
        config={"timeouts": {"hold": 60.0}, "state": {"url": "memory:"}},
    )
    stack = running.enter_context(Stack(options))
    print(_told(stack, demo=demo, policy=policy), flush=True)
    ended = stack.wait()
    if ended is not None:
        print(f"{ended.name} ended unexpectedly; the end of its log:\n{ended.tail()}", file=sys.stderr)
    return 1


def _told(stack: Stack, *, demo: bool, policy: Path | None) -> str:
    shown = (
        policy
        or "protection: what is sensitive is redacted, attacks are stopped, all else passes (or name one: --policy)"
    )
    head = f"""
  MCP endpoint   {stack.url}
  policy         {shown}
  decisions      {stack.sidecar_log}
  metrics        {stack.metrics_url}

"""
    body = _TRY_OWN.format(log=stack.sidecar_log)
    if demo:
        body = _TRY_DEMO.format(
            call_lookup=curl(stack.url, "lookup_customer", '{"id":"c-1"}'),
            call_delete=curl(stack.url, "delete_customer", '{"id":"c-2"}'),
            call_wire=curl(stack.url, "wire_transfer", '{"account":"DE00 TEST","amount":100}'),
            hold="60 s",
            extproc=_this_command(),
            socket=stack.control_socket,
        )
    return f"{head}{body}\nCtrl-C stops everything."


def curl(url: str, tool: str, arguments: str) -> str:
    """Return a command that calls a tool in the stateless revision: one request, no handshake."""
    meta = (
        '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",'
        '"io.modelcontextprotocol/clientCapabilities":{}}'
    )
    body = (
        f'{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments},{meta}}}}}'
    )
    headers = ("content-type: application/json", "accept: application/json, text/event-stream")
    mcp = ("mcp-protocol-version: 2026-07-28", "mcp-method: tools/call", f"mcp-name: {tool}")
    options = " ".join(f"-H '{header}'" for header in (*headers, *mcp))
    return f"curl -s {url} {options} -d '{body}'"


def _this_command() -> str:
    """Return how this command is called here: by its name, or by its path where the name would not be found."""
    called = Path(sys.argv[0])
    return "extproc" if shutil.which("extproc") or called.name != "extproc" else os.path.relpath(called)


def _default_port() -> int | None:
    """Return the port people expect, or none when something else has it; the endpoint is printed anyway."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", DEFAULT_PORT))
        except OSError:
            return None
    return DEFAULT_PORT


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
