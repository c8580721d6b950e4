"""What is known of one correlation scope: its last calls, what its results told and held, and how risky it has become.

A trail holds no content: names of servers and tools, kinds, counts, times and keyed fingerprints. Every part of it is
bounded. It is a value: what happens makes a new one. What was refused did not happen: it counts, and that is all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from extproc.model.value import value

MAX_STEPS: Final = 96
MAX_ASKS: Final = 32
MAX_ITEMS: Final = 40
MAX_COPIES: Final = 8
MAX_GIVEN: Final = 192
MAX_SEEN: Final = 384
MAX_TOOLS: Final = 64
MAX_TOPICS: Final = 32
MAX_LABELS: Final = 32
MAX_NAME: Final = 96
MAX_ID: Final = 40
# Risk halves in this many seconds.
HALF_LIFE: Final = 1800.0

FLAGGED: Final = "flagged"
SUSPICIOUS: Final = "suspicious"
UNTRUSTED: Final = "untrusted"
CREDENTIAL: Final = "credential_disclosed"
BULK: Final = "bulk"
CHAINED: Final = "chained"


class Mark:
    """What a step can be marked with, as bits."""

    REFUSED: Final = 1
    OUTSIDE: Final = 2
    POWER: Final = 4
    SENSITIVE: Final = 8
    SOLICITED: Final = 16
    OUTWARD: Final = 32
    BILL: Final = 64
    CARRIES: Final = 128
    ASKED_SECRET: Final = 256
    REVEALS: Final = 512
    SEARCHES: Final = 1024
    OPENS: Final = 2048
    PLACED: Final = 4096
    BARE: Final = 8192


class Step(NamedTuple):
    """One call. `same` is a fingerprint of tool and arguments, `where` one of where it went (0 when nowhere)."""

    call: str
    server: str
    tool: str
    intent: str
    kind: str
    at: float
    marks: int
    same: int
    where: int


class Label(NamedTuple):
    """What the scope has met: the call that brought it first, the last one, when that was, and how often."""

    first: str
    last: str
    at: float
    times: int


class Ask(NamedTuple):
    """What a result told its reader to do, in fingerprints. `kinds` are those of calls, as bits.

    `solicited` when the call looked for what tells it what to do; `rival` when the account that is asked for is not
    the one that the same result has as data. `odds` is what the text adds to how likely it is that a call obeys it.
    """

    call: str
    at: float
    kinds: int
    score: float
    solicited: bool
    rival: bool
    hard: tuple[int, ...]
    soft: tuple[int, ...]
    odds: float = 0.0


class Item(NamedTuple):
    """A sensitive value that a result held. `print` is that of its finding; `sent` the grams that went out, as bits.

    `asked` when the call asked for just such a value, as those to a vault do.
    """

    call: str
    server: str
    category: str
    print: str
    size: int
    asked: bool
    grams: tuple[int, ...]
    sent: int
    parts: tuple[str, ...]


class Copy(NamedTuple):
    """What a sensitive text is known by: its shingles, the prints of many values, or the ids of what holds it now."""

    call: str
    server: str
    category: str
    shingles: tuple[int, ...]


@value
class Trail:
    """The whole of it. Counts go on where lists forget."""

    first_seen: float = 0.0
    last_seen: float = 0.0
    calls: int = 0
    refused: int = 0
    results: int = 0
    chains: int = 0
    intents: Mapping[str, int]
    risk: float = 0.0
    labels: Mapping[str, Label]
    tools: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    asks: tuple[Ask, ...] = ()
    items: tuple[Item, ...] = ()
    copies: tuple[Copy, ...] = ()
    topics: tuple[int, ...] = ()
    given: tuple[int, ...] = ()
    seen: tuple[int, ...] = ()

    @property
    def flagged(self) -> bool:
        """Tell whether this trail is to be kept longer than others."""
        return FLAGGED in self.labels or CHAINED in self.labels

    def risk_at(self, now: float) -> float:
        """Return how risky the scope is, from 0 to 1; without news this falls by half in `HALF_LIFE`."""
        return float(self.risk * 0.5 ** (max(0.0, now - self.last_seen) / HALF_LIFE))

    def step_of(self, call: str) -> Step | None:
        """Return the step of a decision id, when it is still known."""
        return next((step for step in reversed(self.steps) if step.call == call), None)


EMPTY: Final = Trail(intents={}, labels={})


def name_of(text: str) -> str:
    """Return a name as a trail keeps it: short, and of characters that can be printed."""
    text = text[:MAX_NAME]
    if not (text.isascii() and text.isprintable()):
        text = text.encode("ascii", "backslashreplace").decode("ascii")
        text = "".join(one if one.isprintable() else "?" for one in text)[:MAX_NAME]
    return text


def raised(risk: float, by: float) -> float:
    """Return a risk with some more of it: what is near 1 hardly grows."""
    return 1.0 - (1.0 - risk) * (1.0 - by)


def with_step(trail: Trail, step: Step, *, given: Iterable[int] = (), words: tuple[int, ...] = ()) -> Trail:
    """Return the trail with one more call.

    `given` are fingerprints of what the arguments name on their own, `words` of what they look for.
    """
    refused = bool(step.marks & Mark.REFUSED)
    steps = (*trail.steps[-MAX_STEPS + 1 :], step)
    begun = trail.first_seen if trail.calls or trail.results else step.at
    if refused:
        return replace(
            trail,
            first_seen=begun,
            last_seen=max(step.at, trail.last_seen),
            risk=trail.risk_at(step.at),
            calls=trail.calls + 1,
            refused=trail.refused + 1,
            steps=steps,
        )
    tools = trail.tools
    if step.tool and (not tools or tools[-1] != step.tool):
        tools = (*(tool for tool in tools if tool != step.tool), step.tool)[-MAX_TOOLS:]
    intents = {**trail.intents, step.intent: trail.intents.get(step.intent, 0) + 1} if step.intent else trail.intents
    return replace(
        trail,
        first_seen=begun,
        last_seen=max(step.at, trail.last_seen),
        risk=trail.risk_at(step.at),
        calls=trail.calls + 1,
        intents=intents,
        tools=tools,
        steps=steps,
        given=_kept(trail.given, given, MAX_GIVEN),
        topics=_kept(trail.topics, words, MAX_TOPICS),
    )


def with_labels(trail: Trail, names: Mapping[str, float], call: str, now: float) -> Trail:
    """Return the trail with labels set by a call, each raising the risk by so much."""
    labels = dict(trail.labels)
    risk = trail.risk_at(now)
    for name, by in names.items():
        known = labels.pop(name, None)
        first, times = (known.first, known.times) if known is not None else (call, 0)
        labels[name] = Label(first=first, last=call, at=now, times=times + 1)
        risk = raised(risk, by)
    while len(labels) > MAX_LABELS:
        del labels[next(name for name in labels if name not in {FLAGGED, CHAINED})]
    return replace(trail, labels=labels, risk=risk, last_seen=max(now, trail.last_seen))


def with_asks(trail: Trail, asks: Iterable[Ask]) -> Trail:
    """Return the trail with what a result told its reader; the least suspicious and oldest are forgotten first."""
    every = [*trail.asks, *asks]
    while len(every) > MAX_ASKS:
        every.remove(min(every, key=lambda ask: (ask.score >= 0.5, ask.at)))  # noqa: PLR2004 - what a finding is
    return replace(trail, asks=tuple(every))


def with_items(trail: Trail, items: Iterable[Item]) -> Trail:
    """Return the trail with the sensitive values of a result; one that is known already stays as it is."""
    known = {item.print for item in trail.items}
    new = [item for item in items if item.print not in known]
    return replace(trail, items=(*trail.items, *new)[-MAX_ITEMS:]) if new else trail


def with_seen(trail: Trail, seen: Iterable[int]) -> Trail:
    """Return the trail with the fingerprints of what a result names as data."""
    return replace(trail, seen=_kept(trail.seen, seen, MAX_SEEN))


def _kept(old: tuple[int, ...], new: Iterable[int], most: int) -> tuple[int, ...]:
    added = dict.fromkeys(new)
    if not added:
        return old
    return (*(each for each in old if each not in added), *added)[-most:]
