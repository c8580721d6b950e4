"""A checked CEL expression as a tree that can be read and written: the few parts of `cel.expr.CheckedExpr` we need.

The engine gives out its checked expressions only as protobuf (cel-spec, `proto/cel/expr/checked.proto`). This reads
that with no stubs: a message is a list of fields, and a table says which fields hold messages of which kind.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeAlias


class Shape(Enum):
    """The kinds of protobuf message that are read."""

    ANY = auto()
    CHECKED = auto()
    REFERENCE_ENTRY = auto()
    REFERENCE = auto()
    TYPE_ENTRY = auto()
    TYPE = auto()
    PARAMETERS = auto()
    SOURCE = auto()
    POSITION = auto()
    EXPR = auto()
    CONSTANT = auto()
    IDENT = auto()
    SELECT = auto()
    CALL = auto()
    LIST = auto()
    STRUCT = auto()
    ENTRY = auto()
    COMPREHENSION = auto()


_NESTED: Final[Mapping[Shape, Mapping[int, Shape]]] = {
    Shape.ANY: {2: Shape.CHECKED},
    Shape.CHECKED: {2: Shape.REFERENCE_ENTRY, 3: Shape.TYPE_ENTRY, 4: Shape.EXPR, 5: Shape.SOURCE},
    Shape.REFERENCE_ENTRY: {2: Shape.REFERENCE},
    Shape.REFERENCE: {},
    Shape.TYPE_ENTRY: {2: Shape.TYPE},
    Shape.TYPE: {6: Shape.PARAMETERS, 7: Shape.PARAMETERS, 11: Shape.TYPE},
    Shape.PARAMETERS: {1: Shape.TYPE, 2: Shape.TYPE},
    Shape.SOURCE: {4: Shape.POSITION},
    Shape.POSITION: {},
    Shape.EXPR: {
        3: Shape.CONSTANT,
        4: Shape.IDENT,
        5: Shape.SELECT,
        6: Shape.CALL,
        7: Shape.LIST,
        8: Shape.STRUCT,
        9: Shape.COMPREHENSION,
    },
    Shape.CONSTANT: {},
    Shape.IDENT: {},
    Shape.SELECT: {1: Shape.EXPR},
    Shape.CALL: {1: Shape.EXPR, 3: Shape.EXPR},
    Shape.LIST: {1: Shape.EXPR},
    Shape.STRUCT: {2: Shape.ENTRY},
    Shape.ENTRY: {3: Shape.EXPR, 4: Shape.EXPR},
    Shape.COMPREHENSION: {2: Shape.EXPR, 4: Shape.EXPR, 5: Shape.EXPR, 6: Shape.EXPR, 7: Shape.EXPR},
}


@dataclass(slots=True)
class Node:
    """One message. A field is a number (varint), bytes (everything else that is not read), or a message."""

    shape: Shape
    fields: list[tuple[int, int, "Content"]]

    def number(self, field: int) -> int:
        """Return a number; 0, as in proto3, when it is not there."""
        found = self._last(field)
        return found if isinstance(found, int) else 0

    def text(self, field: int) -> str | None:
        """Return a string, or None when it is not there."""
        found = self._last(field)
        return found.decode() if isinstance(found, bytes) else None

    def node(self, field: int) -> "Node | None":
        """Return a message, or None when it is not there."""
        found = self._last(field)
        return found if isinstance(found, Node) else None

    def nodes(self, field: int) -> list["Node"]:
        """Return the messages of a repeated field."""
        return [content for number, _, content in self.fields if number == field and isinstance(content, Node)]

    def walk(self) -> Iterator["Node"]:
        """Go through this message and all below it."""
        yield self
        for _, _, content in self.fields:
            if isinstance(content, Node):
                yield from content.walk()

    def _last(self, field: int) -> "Content | None":
        return next((content for number, _, content in reversed(self.fields) if number == field), None)


Content: TypeAlias = int | bytes | Node

# Wire types of the protobuf encoding.
_VARINT: Final = 0
_FIXED64: Final = 1
_LENGTH: Final = 2
_FIXED32: Final = 5
_WIDTHS: Final = {_FIXED64: 8, _FIXED32: 4}


def read(data: bytes, shape: Shape = Shape.ANY) -> Node:
    """Read a message.

    Raises: `ValueError` when it is none.
    """
    nested = _NESTED[shape]
    fields: list[tuple[int, int, Content]] = []
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        field, wire = key >> 3, key & 7
        if wire == _VARINT:
            number, at = _varint(data, at)
            fields.append((field, wire, number))
            continue
        if wire == _LENGTH:
            width, at = _varint(data, at)
        elif wire in _WIDTHS:
            width = _WIDTHS[wire]
        else:
            raise ValueError("not a protobuf message")
        content = data[at : at + width]
        if len(content) != width:
            raise ValueError("a protobuf message that ends early")
        at += width
        inner = nested.get(field) if wire == _LENGTH else None
        fields.append((field, wire, content if inner is None else read(content, inner)))
    return Node(shape, fields)


def write(node: Node) -> bytes:
    """Write a message as it was read, with what was changed in it."""
    parts: list[bytes] = []
    for field, wire, content in node.fields:
        parts.append(_to_varint(field << 3 | wire))
        if isinstance(content, int):
            parts.append(_to_varint(content))
            continue
        data = write(content) if isinstance(content, Node) else content
        if wire == _LENGTH:
            parts.append(_to_varint(len(data)))
        parts.append(data)
    return b"".join(parts)


def wrap(node: Node, function: str, identifier: int) -> None:
    """Put a call of a function of one argument in the place of an expression, in place; it gets a new identifier."""
    inner = Node(Shape.EXPR, node.fields)
    call = Node(Shape.CALL, [(2, _LENGTH, function.encode()), (3, _LENGTH, inner)])
    node.fields = [(2, _VARINT, identifier), (6, _LENGTH, call)]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        if at >= len(data):
            raise ValueError("a protobuf message that ends early")
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that more bytes follow
            return number, at


def _to_varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits to a byte
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
