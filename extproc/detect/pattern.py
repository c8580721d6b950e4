"""Read the pattern of a detector: whether it keeps to the syntax that all engines share, and how far it can reach."""

import re
from functools import lru_cache, reduce
from typing import Final

from extproc.detect.shapes import ALL, CLASSES, EMPTY, NOTHING_WIDE, OTHER, UNBOUNDED, Shape, folded, followed, mask_of

MAX_REPEAT: Final = 512
_MAX_DEPTH: Final = 20

_CONTROLS: Final = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}
# Characters that stand for themselves, up to where a repeat begins; and a class as a whole.
_PLAIN: Final = re.compile(r"(?:[A-Za-z0-9_ ,:;@/='\"<>!%&~#-](?![*+?{]))+")
_CLASS: Final = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_OPAQUE: Final = re.compile(rf"\\.|{_CLASS.pattern}", re.DOTALL)
_GROUP_KINDS: Final = {
    "?=": "a lookahead",
    "?!": "a lookahead",
    "?<=": "a lookbehind",
    "?<!": "a lookbehind",
    "?>": "an atomic group",
    "?P=": "a back-reference",
    "?(": "a condition",
    "?#": "a comment",
}


class PatternError(ValueError):
    """A pattern that not every engine can run, with the reason."""


@lru_cache(maxsize=4096)
def read_pattern(pattern: str, *, ignore_case: bool = False) -> Shape:
    """Return the shape of a pattern. Raises: `PatternError` when it is outside the shared syntax or matches nothing."""
    reader = _Reader(pattern)
    shape = reader.alternatives(0)
    if reader.at < len(pattern):
        raise reader.error("a closing bracket without an opening one")
    if shape.least == 0:
        raise PatternError("it matches the empty text")
    if not ignore_case and not reader.folds:
        return shape
    words = None if shape.words is None else frozenset(map(str.lower, shape.words))
    return Shape(shape.least, shape.most, folded(shape.mask), words, shape.backward)


def least_within(pattern: str, characters: str, *, ignore_case: bool = False) -> int:
    """Return how long a match of these characters alone is at least; `UNBOUNDED` or more when there is none."""
    within = mask_of(characters)
    folds = ignore_case or "(?i:" in pattern
    return _Reader(pattern, folded(within) if folds else within).alternatives(0).least


def asks_for_line(pattern: str) -> bool:
    """Tell whether a pattern asks somewhere for the beginning of a line."""
    return "^" in pattern and "^" in _OPAQUE.sub("", pattern)


def open_edges(pattern: str) -> tuple[bool, bool]:
    """Tell on which sides a pattern has a place for a boundary: not where it says itself that a line begins or ends."""
    return not pattern.startswith("^"), not pattern.endswith("$") or pattern.endswith("\\$")


@lru_cache(maxsize=2048)
def _class_mask(text: str) -> int:
    """Return the characters of a class: a pattern has the same ones again and again."""
    return _Reader(text).alternatives(0).mask


class _Reader:
    """A recursive descent over the pattern; each method returns the shape of what it read."""

    def __init__(self, pattern: str, within: int = ALL) -> None:
        self.pattern = pattern
        self.within = within
        self.at = 0
        self.folds = False

    def error(self, what: str) -> PatternError:
        return PatternError(f"{what} (at character {self.at + 1})")

    def alternatives(self, depth: int) -> Shape:
        if depth > _MAX_DEPTH:
            raise self.error(f"groups nested more than {_MAX_DEPTH} deep")
        branches = [self._sequence(depth)]
        while self._peek() == "|":
            self.at += 1
            branches.append(self._sequence(depth))
        if len(branches) == 1:
            return branches[0]
        words = None
        if all(branch.words is not None for branch in branches):
            words = frozenset[str]().union(*(branch.words or () for branch in branches))
        return Shape(
            least=min(branch.least for branch in branches),
            most=max(branch.most for branch in branches),
            mask=reduce(lambda mask, branch: mask | branch.mask, branches, 0),
            words=words,
            backward="|".join(branch.backward for branch in branches),
        )

    def _sequence(self, depth: int) -> Shape:
        shape = EMPTY
        while self._peek() not in {"", "|", ")"}:
            plain = _PLAIN.match(self.pattern, self.at)
            if plain is None:
                shape = followed(shape, self._repeated_atom(depth))
                continue
            text = plain[0]
            self.at = plain.end()
            mask = mask_of(text)
            least = UNBOUNDED if mask & ~self.within else len(text)
            shape = followed(shape, Shape(least, len(text), mask, frozenset({text}), text[::-1]))
        return shape

    def _repeated_atom(self, depth: int) -> Shape:
        start = self.at
        atom = self._atom(depth)
        end = self.at
        repeated = self._repeated(atom)
        return repeated.read_as((atom.backward or self.pattern[start:end]) + self.pattern[end : self.at])

    def _peek(self, length: int = 1) -> str:
        return self.pattern[self.at : self.at + length]

    def _take(self) -> str:
        if self.at >= len(self.pattern):
            raise self.error("the pattern ends too early")
        self.at += 1
        return self.pattern[self.at - 1]

    def _atom(self, depth: int) -> Shape:
        match self._take():
            case "(":
                return self._group(depth)
            case "[":
                return self._one(self._class())
            case "\\":
                return self._escape()
            case ".":
                return self._one(ALL & ~mask_of("\n"))
            case "^":
                return NOTHING_WIDE.read_as("$")
            case "$":
                return NOTHING_WIDE.read_as("^")
            case "*" | "+" | "?":
                raise self.error("a repeat of nothing")
            case literal:
                return self._one(mask_of(literal), frozenset({literal}))

    def _one(self, mask: int, words: frozenset[str] | None = None) -> Shape:
        """Return the shape of one character; no length is long enough for one that is not within what is asked for."""
        return Shape(least=1 if mask & self.within else UNBOUNDED, most=1, mask=mask, words=words)

    def _group(self, depth: int) -> Shape:
        head = self._group_head() if self._peek() == "?" else "?:"
        shape = self.alternatives(depth + 1)
        if self._peek() != ")":
            raise self.error("a bracket is not closed")
        self.at += 1
        return shape.read_as(f"({head}{shape.backward})")

    def _group_head(self) -> str:
        for head, name in sorted(_GROUP_KINDS.items(), key=lambda item: -len(item[0])):
            if self._peek(len(head)) == head:
                raise self.error(f"{name} is not possible")
        for head in ("?:", "?i:"):
            if self._peek(len(head)) == head:
                self.folds |= "i" in head
                self.at += len(head)
                return head
        raise self.error("of groups with a question mark only (?:...) and (?i:...) are possible")

    def _escape(self) -> Shape:
        escaped = self._take()
        if escaped in CLASSES:
            return self._one(CLASSES[escaped])
        if escaped == "b":
            return NOTHING_WIDE
        literal = self._literal(escaped)
        return self._one(mask_of(literal), frozenset({literal}))

    def _literal(self, escaped: str) -> str:
        """Return the character that an escape stands for."""
        if escaped in _CONTROLS:
            return _CONTROLS[escaped]
        if escaped == "x":
            digits = self._peek(2)
            try:
                code = int(digits, 16)
            except ValueError:
                raise self.error("\\x without two hexadecimal digits") from None
            self.at += 2
            if len(digits) != 2 or code > 0x7F:  # noqa: PLR2004 - ASCII: above it, bytes and characters differ
                raise self.error("\\x with something beyond ASCII")
            return chr(code)
        if escaped.isdigit():
            raise self.error("a back-reference is not possible")
        if escaped.isalpha():
            raise self.error(f"\\{escaped} is not possible")
        return escaped

    def _class(self) -> int:
        found = _CLASS.match(self.pattern, self.at - 1)
        if found is None or self.pattern == found[0]:
            return self._class_here()
        self.at = found.end()
        try:
            return _class_mask(found[0])
        except PatternError:
            self.at = found.start() + 1
            return self._class_here()

    def _class_here(self) -> int:
        negated = self._peek() == "^"
        self.at += negated
        mask, first = 0, True
        while first or self._peek() != "]":
            first = False
            mask |= self._class_entry()
        self.at += 1
        return ALL & ~mask if negated else mask

    def _class_entry(self) -> int:
        low = self._class_character()
        if isinstance(low, int):
            return low
        if self._peek() != "-" or self._peek(2) in {"-", "-]"}:
            return mask_of(low)
        self.at += 1
        high = self._class_character()
        if isinstance(high, int) or ord(high) < ord(low):
            raise self.error("a range that is none")
        beyond = ord(high) >= 128  # noqa: PLR2004 - where ASCII ends
        return mask_of("".join(map(chr, range(ord(low), min(ord(high), 127) + 1)))) | (OTHER if beyond else 0)

    def _class_character(self) -> int | str:
        one = self._take()
        if one == "[" and self._peek() == ":":
            raise self.error("a named class is not possible")
        if one != "\\":
            return one
        escaped = self._take()
        return CLASSES[escaped] if escaped in CLASSES else self._literal(escaped)

    def _repeated(self, atom: Shape) -> Shape:
        least, most = 1, 1
        match self._peek():
            case "*":
                least, most = 0, UNBOUNDED
            case "+":
                most = UNBOUNDED
            case "?":
                least = 0
            case "{":
                return self._counted(atom)
            case _:
                return atom
        self.at += 1
        return self._multiplied(atom, least, most)

    def _counted(self, atom: Shape) -> Shape:
        close = self.pattern.find("}", self.at)
        low, comma, high = self.pattern[self.at + 1 : close if close > 0 else self.at + 1].partition(",")
        if not low.isdecimal() or (high and not high.isdecimal()):
            raise self.error("a repeat is written {n}, {n,} or {n,m}; a literal brace is escaped")
        self.at = close + 1
        least = int(low)
        most = least if not comma else int(high) if high else UNBOUNDED
        if most < least or max(least, most % UNBOUNDED) > MAX_REPEAT:
            raise self.error(f"a repeat of more than {MAX_REPEAT}, or of less than none")
        return self._multiplied(atom, least, most)

    def _multiplied(self, atom: Shape, least: int, most: int) -> Shape:
        if self._peek() == "+":
            raise self.error("a possessive repeat is not possible")
        self.at += self._peek() == "?"
        if self._peek() in {"*", "+", "?", "{"}:
            raise self.error("a repeat of a repeat")
        if most == UNBOUNDED and atom.mask == ALL & ~mask_of("\n"):
            raise self.error("an unbounded repeat of anything: give it a limit")
        words = None
        if atom.words is not None and least == most == 1:
            words = atom.words
        elif atom.words is not None and (least, most) == (0, 1):
            words = atom.words | {""}
        return Shape(least=atom.least * least, most=min(atom.most * most, UNBOUNDED), mask=atom.mask, words=words)
