"""A conversation with the exchange machine as code: `>>` what happens, `<<` what the edge must do next.

The playbook is true when the machine said exactly what is written, and otherwise fails with the whole conversation as
it was meant and as it went.
"""

from __future__ import annotations

import difflib
from typing import TypeAlias

from extproc.wire.commands import Command
from extproc.wire.events import Event
from extproc.wire.machine import ExchangeMachine

_EVENT_BYTES = 1024
_Script: TypeAlias = tuple[tuple[Event, tuple[Command, ...]], ...]


class Playbook:
    """A script of events and the commands expected after each."""

    def __init__(self, script: _Script = (), *, event_bytes: int = _EVENT_BYTES) -> None:
        """Begin with a machine that has seen nothing."""
        self._event_bytes = event_bytes
        self._script = script

    def __rshift__(self, event: Event) -> Playbook:
        """Let an event happen."""
        return Playbook((*self._script, (event, ())), event_bytes=self._event_bytes)

    def __lshift__(self, command: Command) -> Playbook:
        """Expect a command, after those expected before it."""
        *before, (event, commands) = self._script
        return Playbook((*before, (event, (*commands, command))), event_bytes=self._event_bytes)

    def __bool__(self) -> bool:
        """Play the script. Raises: `AssertionError` with the difference."""
        self.play()
        return True

    def play(self) -> ExchangeMachine:
        """Play the script and return the machine, so that more can be asked of it."""
        machine = ExchangeMachine(event_bytes=self._event_bytes)
        played = tuple((event, machine.receive(event)) for event, _ in self._script)
        if played != self._script:
            lines = difflib.ndiff(_lines(self._script), _lines(played))
            raise AssertionError("expected (-), got (+):\n" + "\n".join(lines))
        return machine


def _lines(script: _Script) -> list[str]:
    return [line for event, commands in script for line in (f">> {event}", *(f"<< {command}" for command in commands))]
