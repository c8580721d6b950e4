"""The commands a newcomer runs: `extproc up` in front of a server, the demo server, and `extproc demo`."""

import asyncio
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from extproc.up.ports import free_port
from tests.e2e import scenarios
from tests.fixtures.running import ToolServer
from tests.policies import HEAD

pytestmark = pytest.mark.envoy


@contextmanager
def extproc_up(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `extproc up` until the block ends; yields the process and what it printed."""
    command = [sys.executable, "-m", "extproc", "up", "--port", str(free_port()), *words]
    # Where the tests run as a job in the background, SIGINT is ignored, and what is started would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            printed = ""
            for line in process.stdout:
                printed += line
                if "Ctrl-C stops everything" in line:
                    break
            yield process, printed
        finally:
            process.kill()


def _endpoint(printed: str) -> str:
    found = re.search(r"MCP endpoint +(\S+)", printed)
    assert found, printed
    return found[1]


def _descendants(pid: int) -> set[int]:
    """Return the processes that a process has started, and theirs."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    tasks = Path(f"/proc/{pid}/task")
    found = {int(word) for task in tasks.iterdir() for word in (task / "children").read_text().split()}
    assert children.exists()
    return found.union(*(_descendants(child) for child in found))


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_up_serves_a_server_of_ones_own_and_leaves_no_process(server: ToolServer, signal_number: int) -> None:
    with extproc_up("--upstream", server.url) as (process, printed):
        seen = scenarios.run(_endpoint(printed), "modern", ["call"], control=server.origin)
        assert seen["call"]["text"] == "hello"
        started = _descendants(process.pid)
        assert len(started) >= 2
        process.send_signal(signal_number)
        assert process.wait(20) == 0
        assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]


def test_up_prints_commands_that_do_what_it_says_they_do() -> None:
    with extproc_up() as (process, printed):
        commands = [shlex.split(line) for line in printed.splitlines() if line.strip().startswith("curl")]
        assert len(commands) == 3
        looked_up, deleted = (
            subprocess.run(command, capture_output=True, text=True, check=True).stdout for command in commands[:2]
        )
        assert "[REDACTED:credit_card]" in looked_up
        assert "4111" not in looked_up
        assert "no-deletes" in deleted
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_up_says_which_part_of_the_stack_has_died(server: ToolServer) -> None:
    with extproc_up("--upstream", server.url) as (process, printed):
        assert printed
        names = {pid: Path(f"/proc/{pid}/comm").read_text() for pid in _descendants(process.pid)}
        os.kill(next(pid for pid, name in names.items() if "envoy" in name), signal.SIGKILL)
        assert process.stdout is not None
        assert "envoy ended unexpectedly" in process.stdout.read()
        assert process.wait(20) == 1


def test_up_refuses_a_bad_policy_before_it_starts_anything(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"{HEAD}spec:\n  default: maybe\n  rules: []\n")
    command = [sys.executable, "-m", "extproc", "up", "--upstream", "http://127.0.0.1:9/mcp", "--policy", str(policy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "policy.yaml:5:12: spec.default: must be one of allow, hold, deny" in done.stderr
    assert "policy.yaml:6:10: spec.rules:" in done.stderr


def test_the_tour_goes_as_announced() -> None:
    done = subprocess.run([sys.executable, "-m", "extproc", "demo"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NOT AS ANNOUNCED" not in done.stdout
    assert re.search(r"(\d+) of \1 steps went as announced", done.stdout)


def test_inspect_judges_what_the_data_path_would() -> None:
    async def lines() -> list[dict[str, object]]:
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "x", "arguments": {}}}
        line = json.dumps({"id": "a", "direction": "client_to_server", "session": "s", "message": message})
        done = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "extproc", "inspect"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        out, _ = await done.communicate(f"{line}\nnot json\n".encode())
        return [json.loads(one) for one in out.splitlines()]

    good, bad = asyncio.run(lines())
    assert (good["id"], good["outcome"], good["findings"]) == ("a", "allow", [])
    assert "error" in bad
