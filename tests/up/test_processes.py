"""Child processes: readiness, unexpected ends, deadlines, and no survivor."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from extproc.up.processes import Child, NotReadyError, first_to_end

_SECONDS = 10.0
_SLEEPER = (sys.executable, "-c", "import signal; signal.pause()")


def test_the_first_child_to_end_is_returned(tmp_path: Path) -> None:
    sleeper = Child.start("sleeper", _SLEEPER, log=tmp_path / "a.log")
    other = Child.start("other", _SLEEPER, log=tmp_path / "b.log")
    assert first_to_end((sleeper, other), timeout=0) is None
    os.kill(other.pid, signal.SIGKILL)
    assert first_to_end((sleeper, other), _SECONDS) is other
    assert not other.running
    sleeper.stop(_SECONDS)
    assert not sleeper.running


def test_a_child_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
    child = Child.start("deaf", (sys.executable, "-c", code), log=tmp_path / "log")
    child.until(lambda: child.tail() == "deaf", _SECONDS)
    child.stop(0.1)
    assert child.process.returncode == -signal.SIGKILL


def test_a_child_that_stays_silent_is_an_error_with_its_log(tmp_path: Path) -> None:
    child = Child.start("silent", _SLEEPER, log=tmp_path / "log")
    with pytest.raises(NotReadyError, match=r"silent was not ready after 0\.1 s"):
        child.until(lambda: False, 0.1)
    child.stop(_SECONDS)


def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="no program 'extproc-nothing'"):
        Child.start("nothing", ("extproc-nothing",), log=tmp_path / "log")


def test_a_child_outlives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    children: list[Child] = []
    thread = Thread(target=lambda: children.append(Child.start("sleeper", _SLEEPER, log=tmp_path / "log")))
    thread.start()
    thread.join()
    [child] = children
    assert first_to_end((child,), timeout=0.2) is None
    child.stop(_SECONDS)


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import signal, sys; from pathlib import Path; from extproc.up.processes import Child\n"
        f"child = Child.start('sleeper', {_SLEEPER!r}, log=Path({str(tmp_path / 'log')!r}))\n"
        "print(child.pid, flush=True); signal.pause()"
    )
    with subprocess.Popen((sys.executable, "-c", code), stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        descriptor = os.pidfd_open(int(parent.stdout.readline()))
        try:
            parent.kill()
            assert select.select([descriptor], [], [], _SECONDS)[0] == [descriptor]
        finally:
            os.close(descriptor)


def test_a_child_may_open_as_many_files_as_the_system_allows(tmp_path: Path) -> None:
    code = "import resource; print(*resource.getrlimit(resource.RLIMIT_NOFILE))"
    child = Child.start("counter", (sys.executable, "-c", code), log=tmp_path / "log")
    assert first_to_end((child,), _SECONDS) is child
    soft, hard = child.tail().split()
    assert soft == hard
