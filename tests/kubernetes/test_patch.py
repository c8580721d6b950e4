"""Patches: applied they give what was wanted, and they touch nothing that is the same."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from extproc.kubernetes.patch import difference, same
from extproc.model.message import JsonValue
from tests.kubernetes.patching import apply

SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([1.0, 0.0, "", "a", "~", "a/b", "~1"])
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["a", "b", "~", "x/y", ""]), inner),
    max_leaves=15,
)


@given(JSON, JSON)
def test_a_patch_makes_the_new_of_the_old(old: Any, new: Any) -> None:
    assert same(apply(old, [*difference(old, new)]), new)


@given(JSON)
def test_what_is_the_same_needs_no_patch(value: Any) -> None:
    assert difference(value, value) == []


@given(st.lists(JSON, max_size=4), st.lists(JSON, min_size=1, max_size=3))
def test_what_is_put_first_moves_nothing_else(old: list[Any], first: list[Any]) -> None:
    operations = difference({"list": old}, {"list": [*first, *old]})
    assert len(operations) == len(first)
    assert {operation["op"] for operation in operations} == {"add"}


def test_true_is_not_one_and_a_name_is_escaped() -> None:
    assert difference({"a/b~c": 1}, {"a/b~c": True}) == [{"op": "replace", "path": "/a~1b~0c", "value": True}]


def test_only_the_member_that_differs_is_named() -> None:
    old: JsonValue = {"spec": {"list": [{"name": "a", "image": "x"}, {"name": "b"}], "keep": 1, "drop": 2}}
    new: JsonValue = {"spec": {"list": [{"name": "a", "image": "y"}, {"name": "b"}], "keep": 1, "new": []}}
    assert difference(old, new) == [
        {"op": "replace", "path": "/spec/list/0/image", "value": "y"},
        {"op": "remove", "path": "/spec/drop"},
        {"op": "add", "path": "/spec/new", "value": []},
    ]
