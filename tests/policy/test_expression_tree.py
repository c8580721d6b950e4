"""The reader of checked expressions: what it reads it writes again, byte for byte, and nonsense is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.policy.expression import _dialect, _engine
from extproc.policy.expression_functions import ONLY_TEXT
from extproc.policy.expression_tree import Node, Shape, read, wrap, write

_SOURCES = (
    "true",
    "args.a == 'x' && !(principal.groups.exists(g, g == 'y') || score > 0.5)",
    "{'a': 1, 'b': 2}.a == 1 ? tool.matches('^x') : has(args.x.y)",
    "[1, 2, -3].all(x, x < 9223372036854775807 && x > -9223372036854775807)",
    "now > timestamp('2026-01-01T00:00:00Z') && 'é' == \"\\u00e9\" && b'\\xff' != b'x' == true",
    "kind == '" + "x" * 500 + "'",
)


@pytest.mark.parametrize("source", _SOURCES)
def test_what_is_read_is_written_again(source: str) -> None:
    data = _engine().compile(source).serialize()
    tree = read(data)
    assert write(tree) == data
    assert {Shape.CHECKED, Shape.EXPR, Shape.TYPE} <= {node.shape for node in tree.walk()}


def test_a_call_is_put_around_an_expression() -> None:
    tree = read(_dialect().compile("args.a == 'x'").serialize())
    [call] = [node for node in tree.walk() if node.shape is Shape.CALL]
    wrap(call.nodes(3)[0], ONLY_TEXT, 1_000)
    program = _engine().deserialize(write(tree))
    values = [program.eval(_engine().Activation({"args": {"a": value}})).value() for value in ("x", "y", 5)]
    assert values[:2] == [True, False]
    assert not isinstance(values[2], bool)


def test_members_that_are_not_there_are_empty() -> None:
    node = Node(Shape.EXPR, [(2, 0, 7), (2, 0, 8)])
    assert (node.number(2), node.number(3), node.text(2), node.node(2), node.nodes(2)) == (8, 0, None, None, [])


@given(data=st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        tree = read(data)
    except ValueError:
        return
    assert read(write(tree)) == tree


@pytest.mark.parametrize("data", [b"\x08", b"\x12\x05ab", b"\x0b", b"\x80", b"\x09\x00"])
def test_what_ends_early_or_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="protobuf"):
        read(data)
