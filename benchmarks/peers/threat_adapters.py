"""How each tool that judges texts and definitions is called; runs in the tool's own environment.

An adapter has two parts: `judge` is what is timed, `answer` reads from what it returned whether the tool objects, and
its score where it has one. Packages are imported by name, since none of them is installed where this project is
developed.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, TypeAlias, TypedDict

Raw: TypeAlias = Any  # whatever a tool returns
Said: TypeAlias = tuple[bool, float | None]

_OBJECTS: Final = 0.5


class Asked(TypedDict):
    """One row of the input; `lines` is for this project alone."""

    id: str
    texts: list[str]
    definition: dict[str, Any] | None
    lines: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """One tool, ready to judge."""

    packages: tuple[str, ...]
    judge: Callable[[Asked], Raw]
    answer: Callable[[Raw], Said]


def cisco() -> Adapter:
    """Return the YARA rules of Cisco's scanner, which it tries on a description and on the rest of a tool apart."""
    analyzer = import_module("mcpscanner.core.analyzers.yara_analyzer").YaraAnalyzer()
    loop = asyncio.new_event_loop()

    def judge(row: Asked) -> Raw:
        parts = row["texts"]
        if row["definition"] is not None:
            rest = {name: value for name, value in row["definition"].items() if name != "description"}
            parts = [row["definition"]["description"], json.dumps(rest)]
        return [found for part in parts for found in loop.run_until_complete(analyzer.analyze(part))]

    return Adapter(packages=("cisco-ai-mcp-scanner", "yara-python"), judge=judge, answer=lambda raw: (bool(raw), None))


def agentbastion() -> Adapter:
    """Return agentbastion's guard of what comes in, with its own bound for what it blocks."""
    guard = import_module("agentbastion.inbound").InboundGuard()
    return Adapter(
        packages=("agentbastion",),
        judge=lambda row: [guard.scan(text) for text in row["texts"]],
        answer=lambda raw: (any(guard.is_blocked(one) for one in raw), None),
    )


def injectionguard() -> Adapter:
    """Return injectionguard: its check of MCP output for results, its plain one for definitions."""
    detector = import_module("injectionguard").Detector()

    def judge(row: Asked) -> Raw:
        if row["definition"] is not None:
            return [detector.scan(text) for text in row["texts"]]
        return [detector.scan_mcp_output("tool", text) for text in row["texts"]]

    return Adapter(
        packages=("injectionguard",), judge=judge, answer=lambda raw: (any(not one.is_safe for one in raw), None)
    )


def stackone(*, model: bool) -> Adapter:
    """Return stackone-defender: its patterns alone (tier 1), or with the model in its wheel (tier 2), set to block."""
    library = import_module("stackone_defender")
    defense = library.create_prompt_defense(enable_tier2=model, require_tier2=model, block_high_risk=True)
    if model:
        defense.warmup_tier2()

    def judge(row: Asked) -> Raw:
        given = row["texts"] if row["definition"] is None else [row["definition"]]
        return [defense.defend_tool_result(one, "tool") for one in given]

    def answer(raw: Raw) -> Said:
        scores = [one.tier2_score or 0.0 for one in raw] if model else []
        return any(not one.allowed for one in raw), max(scores, default=0.0) if model else None

    packages = ("stackone-defender", "onnxruntime") if model else ("stackone-defender",)
    return Adapter(packages=packages, judge=judge, answer=answer)


def second_opinion() -> Adapter:
    """Return stackone-defender as this project asks it for a second opinion: piece by piece, for fewer false alarms."""
    judge = import_module("extproc.stores.opinion_worker").Defender()
    pieces = import_module("extproc.threats.second").pieces
    return Adapter(
        packages=("stackone-defender", "onnxruntime"),
        judge=lambda row: [judge.score(part) for text in row["texts"] for _, part in pieces(text)],
        answer=lambda raw: (max(raw, default=0.0) >= _OBJECTS, max(raw, default=0.0)),
    )


def project() -> Adapter:
    """Return this project's whole judgement; its packages are in none of the other environments."""
    made: Adapter = import_module("benchmarks.peers.threat_project").adapter()
    return made


ADAPTERS: Final[dict[str, Callable[[], Adapter]]] = {
    "agentbastion": agentbastion,
    "cisco-yara": cisco,
    "injectionguard": injectionguard,
    "mcp-extproc": project,
    "second-opinion": second_opinion,
    "stackone-tier-1": lambda: stackone(model=False),
    "stackone-tier-2": lambda: stackone(model=True),
}
