"""What of a server passes for something of another one: names, descriptions, and the name it gives itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import islice
from typing import Final, TypeAlias

from extproc.model.value import value
from extproc.pins.entries import ServerEntry, ToolEntry
from extproc.pins.skeletons import is_distinctive, plain, skeleton
from extproc.pins.sketch import likeness

_MOST: Final = 200
# Names that examples and libraries give a server which has no name of its own; nobody passes for anybody by them.
_NOBODY: Final = frozenset(
    map(skeleton, ("mcp", "server", "mcp-server", "fastmcp", "example", "example-server", "demo", "test", "my-server"))
)
# Sketches of fewer hashes are of texts so short that two are alike by chance.
_FEWEST: Final = 14
_NEAR: Final = 0.8
# Of sketches so alike at most every fifth hash differs: one of the first so many of both is shared for certain.
_LOOKED_UP: Final = 8
# Of one server with another; beyond that somebody fills lists to be slow.
_COMPARISONS: Final = 2000

_Hashed: TypeAlias = tuple[ToolEntry, frozenset[int]]


class ShadowKind(StrEnum):
    """How something passes for something else.

    `same_name`: two servers have a tool of one name, and this one had it later; `confusable_name`: the names only look
    alike; `names_other_tool`: a description speaks of a tool that another server has and this one has not;
    `near_duplicate`: a description was another server's before; `server_name`: a server answers with the name of
    another one.
    """

    SAME_NAME = "same_name"
    CONFUSABLE_NAME = "confusable_name"
    NAMES_OTHER_TOOL = "names_other_tool"
    NEAR_DUPLICATE = "near_duplicate"
    SERVER_NAME = "server_name"


@value
class Shadow:
    """One thing of a server and what it passes for; `likeness` of 0 to 1 is that of the two.

    Without a `tool` it is about the server as a whole, and `likeness` is the share of its tools that the other one has.
    """

    kind: ShadowKind
    server: str
    tool: str | None
    other_server: str
    other_tool: str | None
    likeness: float = 1.0


def shadowing(entry: ServerEntry, others: Iterable[ServerEntry]) -> tuple[Shadow, ...]:
    """Return what of a server passes for something of the others, which may include itself; bounded."""
    found: list[Shadow] = []
    for other in others:
        if other.server != entry.server:
            found += islice(_between(entry, other), _MOST - len(found))
    return tuple(found)


def _between(entry: ServerEntry, other: ServerEntry) -> Iterator[Shadow]:
    by_skeleton: defaultdict[str, list[ToolEntry]] = defaultdict(list)
    for tool in other.tools:
        by_skeleton[tool.skeleton].append(tool)
    yield from _named_alike(entry, other)
    own = {tool.skeleton for tool in entry.tools}
    for tool in entry.tools:
        alike = by_skeleton.get(tool.skeleton, [])
        same = next((one for one in alike if plain(one.name) == plain(tool.name)), None)
        if same is not None and same.first_seen < tool.first_seen:
            yield _shadow(ShadowKind.SAME_NAME, (entry, tool), (other, same), likeness(tool.sketch, same.sketch))
        if same is None and alike:
            # Look-alikes are no accident, whichever came first; the later one is the shadow.
            yield from (
                _shadow(ShadowKind.CONFUSABLE_NAME, (entry, tool), (other, one))
                for one in alike
                if one.first_seen <= tool.first_seen
            )
        for mention in dict.fromkeys((*tool.mentions, *tool.quoted)):
            named = by_skeleton.get(mention, []) if mention not in own else []
            # A plain word is a name only where the description calls it a tool.
            meant = next((one for one in named if mention in tool.quoted or is_distinctive(one.name)), None)
            if meant is not None:
                yield _shadow(ShadowKind.NAMES_OTHER_TOOL, (entry, tool), (other, meant))
    yield from _copied(entry, other)


def _named_alike(entry: ServerEntry, other: ServerEntry) -> Iterator[Shadow]:
    if entry.given_name is None or other.first_seen >= entry.first_seen:
        return
    name = skeleton(entry.given_name)
    taken = {skeleton(other.server)} | ({skeleton(other.given_name)} if other.given_name is not None else set())
    if name and name in taken - _NOBODY:
        theirs = {tool.skeleton for tool in other.tools}
        share = sum(tool.skeleton in theirs for tool in entry.tools) / max(len(entry.tools), 1)
        yield Shadow(
            kind=ShadowKind.SERVER_NAME,
            server=entry.server,
            tool=None,
            other_server=other.server,
            other_tool=None,
            likeness=share,
        )


def _copied(entry: ServerEntry, other: ServerEntry) -> Iterator[Shadow]:
    """Find descriptions under other names: whoever shares a hash with a sketch is compared with it."""
    by_hash: defaultdict[int, list[_Hashed]] = defaultdict(list)
    for tool in other.tools:
        if len(tool.sketch) >= _FEWEST:
            candidate = (tool, frozenset(tool.sketch))
            for each in tool.sketch[:_LOOKED_UP]:
                by_hash[each].append(candidate)
    for tool, (one, hashes) in islice(_pairs(entry, by_hash), _COMPARISONS):
        # No two sketches are more alike than this, which costs a tenth.
        if len(hashes.intersection(tool.sketch)) < _NEAR * max(len(hashes), len(tool.sketch)):
            continue
        share = likeness(tool.sketch, one.sketch)
        if share >= _NEAR and one.first_seen < tool.first_seen and plain(one.name) != plain(tool.name):
            yield _shadow(ShadowKind.NEAR_DUPLICATE, (entry, tool), (other, one), share)


def _pairs(entry: ServerEntry, by_hash: Mapping[int, list[_Hashed]]) -> Iterator[tuple[ToolEntry, _Hashed]]:
    for tool in entry.tools:
        if len(tool.sketch) >= _FEWEST:
            found = (candidate for each in tool.sketch[:_LOOKED_UP] for candidate in by_hash.get(each, ()))
            yield from ((tool, candidate) for candidate in {one[0].name: one for one in found}.values())


def _shadow(
    kind: ShadowKind, mine: tuple[ServerEntry, ToolEntry], theirs: tuple[ServerEntry, ToolEntry], share: float = 1.0
) -> Shadow:
    return Shadow(
        kind=kind,
        server=mine[0].server,
        tool=mine[1].name,
        other_server=theirs[0].server,
        other_tool=theirs[1].name,
        likeness=share,
    )
