"""Programs that are no servers, or no good ones: each look ends, and so does all that was started."""

import asyncio
import sys
from pathlib import Path

import pytest

from extproc.cli.scan_limits import Reach, UnreachableError
from extproc.cli.scan_reach import offer_of


def refused(program: str, *arguments: str) -> str:
    reach = Reach(command=(sys.executable, "-c", program, *arguments))
    with pytest.raises(UnreachableError) as caught:
        asyncio.run(offer_of(reach))
    return str(caught.value)


def is_running(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and waits to be buried does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_command_that_is_not_there_is_told_so() -> None:
    with pytest.raises(UnreachableError, match="it cannot be started: No such file"):
        asyncio.run(offer_of(Reach(command=("/no/such/server",))))


def test_the_last_words_of_a_program_that_ends_are_told() -> None:
    told = refused("import sys; print('starting', file=sys.stderr); sys.exit('no \\x1b[2Jtoken is set')")
    assert told.endswith('; it wrote: "no \\u001b[2Jtoken is set"')


def test_a_program_that_writes_no_messages_is_told_so() -> None:
    assert refused("print('Welcome!', flush=True)").startswith("it wrote a line that is no message of JSON-RPC")


def test_a_line_without_end_has_a_limit() -> None:
    told = refused("import sys\nwhile True: sys.stdout.write('x' * 65536)")
    assert told.startswith("it sends more than 16 MiB")


def test_a_program_that_does_not_end_is_ended_with_what_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    program = (
        "import os, pathlib, signal, subprocess, sys\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'], stdin=subprocess.DEVNULL)\n"
        "pathlib.Path(sys.argv[1]).write_text(f'{os.getpid()} {child.pid}')\n"
        "while True: sys.stdout.write('x' * 65536)\n"
    )
    assert refused(program, str(pids)).startswith("it sends more than 16 MiB")
    assert not any(is_running(int(pid)) for pid in pids.read_text().split())
