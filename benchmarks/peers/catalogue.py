"""Which tools are measured, where each is installed, and how each is used."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One line of the table. `group` names the environment it shares with others; the project itself has none."""

    name: str
    group: str | None
    looks_for: str
    used: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """Several tools one after the other: what any of them found, in the time of all."""

    name: str
    parts: tuple[str, ...]


PROJECT: Final = Tool(
    name="mcp-extproc",
    group=None,
    looks_for="both",
    used="findings as `extproc inspect` writes them; timed by the scanner alone",
)

TOOLS: Final = (
    PROJECT,
    Tool(name="betterleaks", group="secrets", looks_for="secrets", used="scan_string, components of findings included"),
    Tool(name="kingfisher", group="secrets", looks_for="secrets", used="Scanner(Rules()), visible findings"),
    Tool(name="detect-secrets", group="secrets", looks_for="secrets", used="scan_file on a temporary file, as shipped"),
    Tool(name="datafog-core", group="secrets", looks_for="both", used="scan, as shipped"),
    Tool(name="cpex-secrets", group="contextforge", looks_for="secrets", used="py_scan_container, as shipped"),
    Tool(name="cpex-pii", group="contextforge", looks_for="personal", used="PIIDetectorRust({}).detect"),
    Tool(
        name="presidio-patterns",
        group="presidio",
        looks_for="personal",
        used="slim engine, recognisers as shipped, scores from 0.35",
    ),
    Tool(
        name="presidio-countries",
        group="presidio",
        looks_for="personal",
        used="slim engine, the pattern recognisers of all countries, scores from 0.35",
    ),
    Tool(
        name="presidio-spacy",
        group="presidio",
        looks_for="personal",
        used="small English spaCy model, recognisers as shipped, scores from 0.35",
    ),
)

COMBINATIONS: Final = (
    Combination(name="cpex-secrets + cpex-pii", parts=("cpex-secrets", "cpex-pii")),
    Combination(name="betterleaks + presidio-spacy", parts=("betterleaks", "presidio-spacy")),
)
