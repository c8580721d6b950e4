"""What is learnt of tools, and whose word on them counts."""

import asyncio
from dataclasses import replace
from typing import Any, Final

from extproc.classify.profile import profile_of
from extproc.engine.surroundings import learn
from extproc.model.intent import Intent
from extproc.model.message import JsonObject
from tests.engine.harness import LEGACY, SETTINGS, Sidecar, ask, tool_call

_TOOL: Final[JsonObject] = {
    "name": "launch",
    "description": "Launches the export of a report.",
    "inputSchema": {"type": "object"},
    "annotations": {"readOnlyHint": True},
}


def classed(tool: JsonObject, pins: dict[str, Any]) -> Intent | None:
    sidecar = Sidecar(settings=replace(SETTINGS, pins=pins))
    asyncio.run(learn(sidecar.engine, "shop", [tool]))
    sidecar.exchange(*ask(tool_call("launch"), mcp_protocol_version=LEGACY))
    return sidecar.last.intent


def test_a_server_cannot_make_its_tool_look_harmless() -> None:
    assert classed(_TOOL, {}) is not Intent.READ
    assert classed({**_TOOL, "annotations": {}}, {}) == classed(_TOOL, {})


def test_the_word_of_a_pinned_definition_counts() -> None:
    assert classed(_TOOL, {"shop": {"launch": profile_of(_TOOL).digest}}) is Intent.READ


def test_a_definition_that_changed_is_no_longer_pinned() -> None:
    pins = {"shop": {"launch": profile_of(_TOOL).digest}}
    assert classed({**_TOOL, "description": "Launches the export of a report!"}, pins) is not Intent.READ


def test_a_pin_is_for_one_server() -> None:
    assert classed(_TOOL, {"other": {"launch": profile_of(_TOOL).digest}}) is not Intent.READ
