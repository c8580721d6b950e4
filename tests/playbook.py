"""A conversation with the exchange machine as code: `>>` what happens, `<<` what the edge must do next.

The playbook is true when the machine said exactly what is written, and otherwise fails with the whole conversation as
it was meant and as it went.
"""

from __future__ import annotations

import difflib

from extproc.wire.commands import Command
from extproc.wire.events import Event
from extproc.wire.machine import ExchangeMachine
from extproc.wire.phases import Phase

_EVENT_BYTES = 1024


class Playbook:
    """A script of events and the commands expected after each."""

    def __init__(self, *, event_bytes: int = _EVENT_BYTES) -> None:
        """Begin with a machine that has seen nothing."""
        self._event_bytes = event_bytes
        self._script: list[tuple[Event, list[Command]]] = []

    def __rshift__(self, event: Event) -> Playbook:
        """Let an event happen."""
        self._script.append((event, []))
        return self

    def __lshift__(self, command: Command) -> Playbook:
        """Expect a command, after those expected before it."""
        self._script[-1][1].append(command)
        return self

    def __bool__(self) -> bool:
        """Play the script. Raises: `AssertionError` with the difference."""
        self.play()
        return True

    def play(self) -> ExchangeMachine:
        """Play the script and return the machine, so that more can be asked of it."""
        machine = ExchangeMachine(event_bytes=self._event_bytes)
        played = [(event, list(machine.receive(event))) for event, _ in self._script]
        if played != self._script:
            lines = difflib.ndiff(_lines(self._script), _lines(played))
            raise AssertionError("expected (-), got (+):\n" + "\n".join(lines))
        return machine

    def phase(self) -> Phase:
        """Play the script and return where the exchange stands."""
        return self.play().phase


def _lines(script: list[tuple[Event, list[Command]]]) -> list[str]:
    return [line for event, commands in script for line in (f">> {event}", *(f"<< {command}" for command in commands))]
