"""What is refused or guarded in a checked expression, so that no comparison is false only because of types.

CEL finds values of different types unequal and says no more: `args.amount == 500` is false for `"500"`. Here a value
whose type is not known before a message arrives is compared only with one whose type is known, and stands behind a
guard that is an error for every other type. What has no such form is refused when the policy is loaded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from extproc.mcp.methods import equivalents
from extproc.policy.expression_functions import ONLY_BOOL, ONLY_NUMBER, ONLY_TEXT
from extproc.policy.expression_tree import Node, Shape, wrap


class Fault(Exception):  # noqa: N818 - it becomes an `ExpressionError` where the source is known
    """Something that is refused, and the character of the source where it stands."""

    def __init__(self, message: str, offset: int) -> None:
        """Say what is refused."""
        super().__init__(message)
        self.message = message
        self.offset = offset


class Type(Enum):
    """As much of a static type as the checks need."""

    UNKNOWN = auto()
    NULL = auto()
    BOOL = auto()
    NUMBER = auto()
    TEXT = auto()
    LIST = auto()
    MAP = auto()
    OTHER = auto()


_PRIMITIVE: Final = {1: Type.BOOL, 2: Type.NUMBER, 3: Type.NUMBER, 4: Type.NUMBER, 5: Type.TEXT}
_GUARD: Final = {Type.BOOL: ONLY_BOOL, Type.NUMBER: ONLY_NUMBER, Type.TEXT: ONLY_TEXT}
_EQUAL: Final = frozenset({"_==_", "_!=_"})
_ORDER: Final = frozenset({"_<_", "_<=_", "_>_", "_>=_"})
# Which argument of these says what to look for; it is compiled and kept, so it must not come from a message.
_PATTERNS: Final = {"matches": 1, "glob": 1, "in_cidr": 1}
# What takes time in the length of a text, and the parts of a comprehension that are evaluated at every turn.
_WORK: Final = frozenset({"matches", "glob", "lower", "host", "in_cidr"})
_TURNS: Final = frozenset({5, 6})
_OTHER_NAMES: Final = frozenset({"server/discover", "subscriptions/listen", "resources/unsubscribe"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the rest of the engine asks about an expression."""

    names: frozenset[str]
    texts: frozenset[str]
    loops: bool
    patterns: tuple[tuple[str, str, int], ...]


def check(checked: Node) -> Checked:
    """Refuse what cannot be compared soundly, and put guards where they are needed, in place.

    Raises: `Fault`.
    """
    types = {entry.number(1): node for entry in checked.nodes(3) if (node := entry.node(2)) is not None}
    source = checked.node(5)
    offsets = {entry.number(1): entry.number(2) for entry in (source.nodes(4) if source is not None else ())}
    expressions = [node for top in checked.nodes(4) for node in top.walk() if node.shape is Shape.EXPR]
    names = frozenset(
        name
        for entry in checked.nodes(2)
        if (reference := entry.node(2)) is not None and (name := reference.text(1)) is not None
    )
    walker = _Walker(types=types, offsets=offsets, free=max(types, default=0) + 1_000_000)
    for top in checked.nodes(4):
        walker.refuse_work_in_nested_loops(top, 0)
    if "method" in names:
        walker.refuse_other_names(expressions)
    patterns = tuple(walker.patterns(expressions))
    for expression in expressions:
        walker.guard(expression)
    texts = frozenset(text for node in expressions if (text := _constant(node)) is not None)
    return Checked(
        names=names, texts=texts, loops=any(node.node(9) is not None for node in expressions), patterns=patterns
    )


@dataclass(slots=True)
class _Walker:
    """The tables of one expression, and the next free identifier."""

    types: Mapping[int, Node]
    offsets: Mapping[int, int]
    free: int

    def offset(self, expression: Node) -> int:
        return self.offsets.get(expression.number(2), 0)

    def refuse_work_in_nested_loops(self, node: Node, depth: int) -> None:
        """Bound what a loop costs: the engine counts its turns, up to 10 000, and a caller makes the lists."""
        function = node.text(2) if node.shape is Shape.CALL else None
        for field, _, content in node.fields:
            if isinstance(content, Node):
                if function in _WORK and depth > 1 and content.shape is Shape.EXPR:
                    raise Fault(f"{function}() must not stand in a loop within a loop", self.offset(content))
                inside = node.shape is Shape.COMPREHENSION and field in _TURNS
                self.refuse_work_in_nested_loops(content, depth + inside)

    def refuse_other_names(self, expressions: list[Node]) -> None:
        """Methods that mean the same have one name in `method`; the others would silently never match."""
        for expression in expressions:
            text = _constant(expression)
            if text in _OTHER_NAMES:
                raise Fault(
                    f"`method` is never {text}: write {min(equivalents(text))}, which stands for both",
                    self.offset(expression),
                )

    def patterns(self, expressions: list[Node]) -> Iterator[tuple[str, str, int]]:
        """Return the patterns that are compiled: function, pattern and place."""
        for expression in expressions:
            call = expression.node(6)
            function = call.text(2) if call is not None else None
            if call is None or function is None or function not in _PATTERNS:
                continue
            pattern = _operands(call)[_PATTERNS[function]]
            text = _constant(pattern)
            if text is None:
                raise Fault(f"the pattern of {function}() must be written out, in quotes", self.offset(expression))
            yield function, text, self.offset(pattern)

    def guard(self, expression: Node) -> None:
        """Guard the operands of one comparison."""
        call = expression.node(6)
        function = call.text(2) if call is not None else None
        if call is None or function is None:
            return
        if function in _EQUAL:
            self._guard_equality(function.strip("_"), _operands(call), self.offset(expression))
        elif function in _ORDER:
            kinds = {self._type(operand) for operand in _operands(call)}
            if kinds == {Type.UNKNOWN}:
                raise Fault(_both(function.strip("_")), self.offset(expression))
            if kinds == {Type.UNKNOWN, Type.OTHER}:
                raise Fault(
                    "a message has texts, not times: write timestamp(...) or duration(...)", self.offset(expression)
                )
        elif function == "@in":
            self._guard_membership(_operands(call), self.offset(expression))

    def _guard_equality(self, operator: str, operands: list[Node], offset: int) -> None:
        kinds = [self._type(operand) for operand in operands]
        if Type.UNKNOWN not in kinds:
            return
        if kinds[0] is kinds[1]:
            raise Fault(_both(operator), offset)
        unknown = operands[kinds.index(Type.UNKNOWN)]
        known = next(kind for kind in kinds if kind is not Type.UNKNOWN)
        if known is Type.NULL:
            return
        self._wrap(unknown, known, "a value of a message is a text, a number or a boolean when it is compared", offset)

    def _guard_membership(self, operands: list[Node], offset: int) -> None:
        what, where = operands
        match self._type(where):
            case Type.MAP:
                member = Type.TEXT
            case Type.LIST:
                member = self._type_of(self._node(where).node(6))
            case _:
                raise Fault(f"it is not known to be a list: write {_EXISTS}", offset)
        if self._type(what) is not Type.UNKNOWN:
            if member is Type.UNKNOWN:
                raise Fault(f"the types of the entries are not known: write {_EXISTS}", offset)
            return
        self._wrap(what, member, "a value of a message is looked for in a list of texts, numbers or booleans", offset)

    def _wrap(self, unknown: Node, known: Type, otherwise: str, offset: int) -> None:
        guard = _GUARD.get(known)
        if guard is None:
            raise Fault(otherwise, offset)
        wrap(unknown, guard, self.free)
        self.free += 1

    def _node(self, expression: Node) -> Node:
        found = self.types.get(expression.number(2))
        return found if found is not None else Node(Shape.TYPE, [])

    def _type(self, expression: Node) -> Type:
        return self._type_of(self._node(expression))

    def _type_of(self, parameters: Node | None) -> Type:
        node = parameters.node(1) if parameters is not None and parameters.shape is Shape.PARAMETERS else parameters
        if node is None or not node.fields:
            return Type.UNKNOWN
        match node.fields[-1][0]:
            case 2:
                return Type.NULL
            case 3:
                return _PRIMITIVE.get(node.number(3), Type.OTHER)
            case 6:
                return Type.LIST
            case 7:
                return Type.MAP
            case 1 | 10:
                return Type.UNKNOWN
            case _:
                return Type.OTHER


_EXISTS: Final = "LIST.exists(item, item == ...)"


def _both(operator: str) -> str:
    return f"the types on both sides of {operator} are not known: write number(...) or text(...) around one of them"


def _constant(expression: Node) -> str | None:
    constant = expression.node(3)
    return constant.text(6) if constant is not None else None


def _operands(call: Node) -> list[Node]:
    target = call.node(1)
    return [*([target] if target is not None else []), *call.nodes(3)]
