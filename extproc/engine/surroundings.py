"""What is loaded before a message of a client is judged, and remembered once it is."""

from collections.abc import Mapping
from typing import Final

from extproc.classify.profile import ToolProfile, profile_of
from extproc.engine.judging import Engine
from extproc.engine.records import Judged
from extproc.mcp.headers import MAX_VALUE, ParamHeader, param_headers
from extproc.mcp.named import LONGEST_NAME
from extproc.model.decision import Effect
from extproc.model.message import Call, Direction, JsonValue, Message, Notification, Request, Response
from extproc.pipeline.context import Context
from extproc.pipeline.definitions import SURE
from extproc.pipeline.spoken import brought_texts
from extproc.pipeline.trails import change_of
from extproc.ports import KnownTool
from extproc.redact.schema import OutputSchema
from extproc.threats.texts import Text

NO_PROFILES: Final[Mapping[str, ToolProfile]] = {}


async def profile_for(engine: Engine, server: str, message: Message) -> ToolProfile | None:
    """Return what is known of the tool that a message calls."""
    name = _called(message)
    known = await engine.ports.tools.known(server, name) if name is not None else None
    return known.profile if known is not None else None


async def schema_for(engine: Engine, server: str, message: Message, call: Call | None) -> OutputSchema | None:
    """Return what a structured result of the called tool must fit, as far as its definition was seen."""
    if call is None or call.tool is None or not isinstance(message, Response):
        return None
    known = await engine.ports.tools.known(server, call.tool) if "structuredContent" in message.result else None
    return known.schema if known is not None else None


async def remember(engine: Engine, scope: str, judged: Judged) -> None:
    """Write down in the trail of its scope what a message did, or brought."""
    change = change_of(judged.inspection, judged.decision_id, engine.threats)
    if change is not None:
        await engine.ports.trails.update(scope, change, now=judged.inspection.context.now)


def opinion_texts(engine: Engine, message: Message, context: Context) -> list[Text]:
    """Return the texts that a second opinion is asked for; none where there is nobody to ask."""
    threats = engine.threats
    if engine.opinions is None or threats is None or context.server in threats.trusted:
        return []
    return [] if context.direction is Direction.CLIENT_TO_SERVER else brought_texts(message, context)


def ask_opinion(engine: Engine, texts: list[Text], judged: Judged, scope: str) -> None:
    """Ask about texts that go on although there are hints in them; the answer comes when it comes."""
    passages = judged.inspection.found.passages
    if engine.opinions is None or not texts or judged.decision.effect is not Effect.ALLOW:
        return
    if all(one.score < SURE for one in passages):
        engine.opinions.ask(texts, passages, scope)


def _called(message: Message) -> str | None:
    match message:
        case Request(method="tools/call", params={"name": str(name)}):
            return name
        case Notification(method="tools/call", params={"name": str(name)}):
            return name
        case _:
            return None


async def learn(engine: Engine, server: str, tools: JsonValue) -> Mapping[str, ToolProfile]:
    """Remember the tools of a list, and return what their calls are classed by."""
    profiles: dict[str, ToolProfile] = {}
    pins = engine.settings.pins.get(server, {})
    for tool in tools if isinstance(tools, list) else ():
        name = tool.get("name") if isinstance(tool, dict) else None
        if not isinstance(tool, dict) or not isinstance(name, str) or len(name) > LONGEST_NAME:
            continue
        found = profile_of(tool)
        if found.digest == pins.get(name):  # the operator has read exactly this definition, and vouches for it
            found = profile_of(tool, trusted=True)
        profiles[name] = found
        found_headers = param_headers(tool)
        headers = found_headers if sum(map(_size, found_headers)) <= MAX_VALUE else None  # it is kept for long
        schema = engine.schemas.of(tool["outputSchema"]) if "outputSchema" in tool else None
        await engine.ports.tools.learn(server, name, KnownTool(profile=found, headers=headers, schema=schema))
    return profiles


def _size(param: ParamHeader) -> int:
    return len(param.header) + sum(len(str(token)) for token in param.pointer)
