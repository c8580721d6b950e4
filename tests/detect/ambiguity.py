"""Which part of a pattern can be matched in so many ways that a search which goes back and tries again never ends.

A pattern is read as an automaton: one state for each character or class of it, limits of repeats taken away. It runs
away when from some state two different paths over the same text lead back to that state: each turn doubles the ways.
"""

import re._constants as codes  # type: ignore[import-not-found]  # private, and so without types
import re._parser as parser  # type: ignore[import-not-found]  # as above
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from extproc.detect.shapes import ALL, CLASSES, folded, mask_of

# So many turns of a repeat are told apart; what goes on for longer is a loop.
_COPIES: Final = 8
_CATEGORIES: Final = {
    codes.CATEGORY_DIGIT: CLASSES["d"],
    codes.CATEGORY_NOT_DIGIT: CLASSES["D"],
    codes.CATEGORY_WORD: CLASSES["w"],
    codes.CATEGORY_NOT_WORD: CLASSES["W"],
    codes.CATEGORY_SPACE: CLASSES["s"],
    codes.CATEGORY_NOT_SPACE: CLASSES["S"],
}

State: TypeAlias = int
Pair: TypeAlias = tuple[State, State]


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of a pattern: whether it can be empty, and the states that it begins and ends with."""

    empty: bool
    first: tuple[State, ...]
    last: tuple[State, ...]


_NOTHING: Final = _Part(empty=True, first=(), last=())


def runaway(pattern: str, *, ignore_case: bool = False) -> str | None:
    """Return a text whose repetition a pattern matches in ever more ways; None when there is none."""
    return _Automaton(pattern, ignore_case=ignore_case).doubling()


class _Automaton:
    """The states of a pattern, without empty moves; `moves` says in how many ways one follows another."""

    def __init__(self, pattern: str, *, ignore_case: bool) -> None:
        flags = parser.SRE_FLAG_ASCII | (parser.SRE_FLAG_IGNORECASE if ignore_case else 0)
        self.masks: list[int] = []
        self.moves: Counter[Pair] = Counter()
        tree = parser.parse(pattern, flags)
        self._sequence(tree, ignore_case=ignore_case)
        self.after = defaultdict[State, list[State]](list)
        for one, other in self.moves:
            self.after[one].append(other)

    def doubling(self) -> str | None:
        """Search for two ways around a loop, among the pairs of states that one text can lead to."""
        loops = _loops(len(self.masks), self.after)
        for (one, other), ways in self.moves.items():
            if ways > 1 and loops[one] == loops[other] >= 0:
                return _shown(self.masks[one], self.masks[other])
        before = self._pairs(loops)
        pending = [pair for pair in before if pair[0] == pair[1]]
        while pending:
            for one, other in before.pop(pending.pop(), ()):
                if one != other:
                    return _shown(self.masks[one] & self.masks[other])
                pending.append((one, other))
        return None

    def _pairs(self, loops: Sequence[int]) -> dict[Pair, list[Pair]]:
        """Return the pairs that one text leads to from one state of a loop, each with those it is reached from."""
        before = defaultdict[Pair, list[Pair]](list)
        pending = [(state, state) for state, loop in enumerate(loops) if loop >= 0]
        seen = set(pending)
        while pending:
            pair = pending.pop()
            for following in self._together(pair, loops):
                before[following].append(pair)
                if following not in seen:
                    seen.add(following)
                    pending.append(following)
        return dict(before)

    def _together(self, pair: Pair, loops: Sequence[int]) -> Iterator[Pair]:
        one, other = pair
        for a in self.after[one]:
            if loops[a] != loops[one]:
                continue
            for b in self.after[other]:
                if loops[b] == loops[one] and self.masks[a] & self.masks[b]:
                    yield (a, b) if a <= b else (b, a)

    def _state(self, mask: int) -> _Part:
        self.masks.append(mask)
        here = (len(self.masks) - 1,)
        return _Part(empty=False, first=here, last=here)

    def _join(self, one: Iterable[State], other: Iterable[State]) -> None:
        other = tuple(other)
        self.moves.update((a, b) for a in one for b in other)

    def _then(self, one: _Part, other: _Part) -> _Part:
        self._join(one.last, other.first)
        return _Part(
            empty=one.empty and other.empty,
            first=one.first + (other.first if one.empty else ()),
            last=other.last + (one.last if other.empty else ()),
        )

    def _sequence(self, tree: Iterable[Any], *, ignore_case: bool) -> _Part:
        whole = _NOTHING
        for code, argument in tree:
            whole = self._then(whole, self._part(code, argument, ignore_case=ignore_case))
        return whole

    def _part(self, code: Any, argument: Any, *, ignore_case: bool) -> _Part:
        match code:
            case codes.LITERAL | codes.NOT_LITERAL | codes.ANY | codes.IN:
                mask = _mask(code, argument)
                return self._state(folded(mask) if ignore_case else mask)
            case codes.BRANCH:
                branches = [self._sequence(branch, ignore_case=ignore_case) for branch in argument[1]]
                return _Part(
                    empty=any(one.empty for one in branches),
                    first=tuple(state for one in branches for state in one.first),
                    last=tuple(state for one in branches for state in one.last),
                )
            case codes.SUBPATTERN:
                _, added, dropped, tree = argument
                ignore_case = (ignore_case or bool(added & parser.SRE_FLAG_IGNORECASE)) and not (
                    dropped & parser.SRE_FLAG_IGNORECASE
                )
                return self._sequence(tree, ignore_case=ignore_case)
            case codes.MAX_REPEAT | codes.MIN_REPEAT | codes.POSSESSIVE_REPEAT:
                return self._repeat(*argument, ignore_case=ignore_case)
            case codes.AT | codes.ASSERT | codes.ASSERT_NOT | codes.GROUPREF:
                return _NOTHING  # it only ever forbids
            case _:
                message = f"not read: {code}"
                raise NotImplementedError(message)

    def _repeat(self, least: int, most: int, tree: Any, *, ignore_case: bool) -> _Part:
        whole, told = _NOTHING, min(least, _COPIES)
        for _ in range(told):
            whole = self._then(whole, self._sequence(tree, ignore_case=ignore_case))
        if most <= told:
            return whole
        turn = self._sequence(tree, ignore_case=ignore_case)
        if most > told + 1:
            self._join(turn.last, turn.first)
        return self._then(whole, _Part(empty=True, first=turn.first, last=turn.last))


def _shown(*masks: int) -> str:
    """Return a character of each mask, one that can be seen if there is one."""
    codes_of = (*range(33, 128), *range(33), 0xE9)
    return "".join(chr(next(code for code in codes_of if mask >> min(code, 128) & 1)) for mask in masks)


def _mask(code: Any, argument: Any) -> int:
    match code:
        case codes.LITERAL:
            return mask_of(chr(argument))
        case codes.NOT_LITERAL:
            return ALL & ~mask_of(chr(argument)) if argument < 128 else ALL
        case codes.ANY:
            return ALL & ~mask_of("\n")
        case codes.RANGE:
            low, high = argument
            return mask_of("".join(map(chr, range(min(low, 128), min(high, 128) + 1))))
        case codes.CATEGORY:
            return _CATEGORIES[argument]
        case codes.IN:
            mask = 0
            for inner, of in argument:
                mask |= _mask(inner, of) if inner is not codes.NEGATE else 0
            beyond = mask >> 128 & 1
            # A class that leaves out some of what is beyond ASCII still has the rest of it.
            return ((ALL & ~mask) | beyond << 128) if argument[0][0] is codes.NEGATE else mask
        case _:
            raise NotImplementedError(code)


def _loops(states: int, after: Mapping[State, Sequence[State]]) -> list[int]:
    """Return for each state which loop it is in: those that lead to each other have the same number; -1 for none."""
    before = defaultdict[State, list[State]](list)
    for one, others in after.items():
        for other in others:
            before[other].append(one)
    number: dict[State, int] = {}
    for root in reversed(_finished(states, after)):
        if root in number:
            continue
        number[root], pending, alone = root, [root], True
        while pending:
            for one in before[pending.pop()]:
                if one not in number:
                    number[one], alone = root, False
                    pending.append(one)
        if alone and root not in after.get(root, ()):
            number[root] = -1
    return [number[state] for state in range(states)]


def _finished(states: int, after: Mapping[State, Sequence[State]]) -> list[State]:
    """Return the states in the order in which a walk in depth has seen all that follows them."""
    order: list[State] = []
    seen: set[State] = set()
    for root in range(states):
        stack = [] if root in seen else [(root, iter(after.get(root, ())))]
        seen.add(root)
        while stack:
            state, rest = stack[-1]
            following = next((one for one in rest if one not in seen), None)
            if following is None:
                order.append(state)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(after.get(following, ()))))
    return order
