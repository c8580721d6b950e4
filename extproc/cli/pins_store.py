"""The state store that `extproc pins` works on, and who decides."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeAlias

from extproc.cli.pins_decide import Decider
from extproc.clock import SystemClock
from extproc.config.faults import ConfigError
from extproc.config.lock_file import load_lock
from extproc.config.settings_file import load_config
from extproc.pins.lock import Lock
from extproc.ports.errors import PortError
from extproc.ports.pins import PinStore
from extproc.stores.state import StateOptions, open_state, patient
from extproc.stores.state_url import Memory

NOWHERE: Final = "no state store can be opened: give --state URL, or --config FILE with a state.url"
_Command: TypeAlias = Callable[[PinStore], Awaitable[int]]


def on_store(state: str | None, config: Path | None, command: _Command) -> int:
    """Run a command on the pins of a state store; return 2 when there is none, or it does not do what is asked."""
    try:
        where = state_at(state, config)
        if where is None:
            print(NOWHERE, file=sys.stderr)
            return 2
        return asyncio.run(_run(where, command))
    except (ConfigError, PortError) as error:
        print(error, file=sys.stderr)
        return 2


def on_store_with_lock(
    lock: Path, state: str | None, config: Path | None, command: Callable[[PinStore, Lock], Awaitable[int]]
) -> int:
    """Run a command on the pins of a state store and a lockfile; return 2 when the file is wrong."""
    try:
        read = load_lock(lock)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    return on_store(state, config, lambda store: command(store, read))


def state_at(state: str | None, config: Path | None) -> str | StateOptions | None:
    """Return where state is kept; None where that is nowhere, or in the memory of another process."""
    if state is not None:
        return state if state.partition(":")[0] != "memory" else None
    if config is None:
        return None
    options = patient(load_config(config).state.options(folder=config.parent))
    return None if isinstance(options.address, Memory) else options


def decider(by: str | None, reason: str | None) -> Decider:
    """Return who decides, now."""
    return Decider(by=by or _login(), now=SystemClock().now(), reason=reason)


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return "operator"


async def _run(where: str | StateOptions, command: _Command) -> int:
    async with open_state(where) as state:
        return await command(state.pins)
