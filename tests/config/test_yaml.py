"""YAML read strictly: one reading of every text, and a place for every fault."""

import pytest

from extproc.config.faults import ConfigError, Fault
from extproc.config.yaml import read_yaml


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_yaml(text, "f")
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "document"),
    [
        pytest.param("", None, id="empty"),
        pytest.param("# only a comment", None, id="comment"),
        pytest.param("a: 1\nb: -2\nc: 0", {"a": 1, "b": -2, "c": 0}, id="integers"),
        pytest.param("a: 1.5\nb: 1e3\nc: -0.5E-1", {"a": 1.5, "b": 1000.0, "c": -0.05}, id="fractions"),
        pytest.param(
            "a: true\nb: false\nc: null\nd: ~\ne:",
            {"a": True, "b": False, "c": None, "d": None, "e": None},
            id="literals",
        ),
        pytest.param("a: [1, {b: c}]", {"a": [1, {"b": "c"}]}, id="flow"),
        pytest.param("a:\n- 1\n- - 2", {"a": [1, [2]]}, id="block"),
        pytest.param("a: |\n  x\n  y\nb: >\n  x\n  y\n", {"a": "x\ny\n", "b": "x y\n"}, id="texts"),
        pytest.param("a: 'true'\nb: \"1\"", {"a": "true", "b": "1"}, id="quoted"),
    ],
)
def test_plain_yaml_is_read_as_it_stands(text: str, document: object) -> None:
    assert read_yaml(text, "f").document == document


@pytest.mark.parametrize(
    "text",
    [
        *("no", "yes", "on", "off", "y", "n", "True", "TRUE", "Null", "NULL", "=", "<", "+"),
        *("012", "0o14", "0x1f", "0b1", "1_000", "12:30:45", "1:30", "1.", ".5", "1e", ".inf", "-.inf", ".nan"),
        *("2020-01-01", "2020-01-01T00:00:00Z", "9" * 19),
    ],
)
def test_what_versions_of_yaml_read_differently_is_text(text: str) -> None:
    read = read_yaml(f"a: {text}", "f").document
    assert isinstance(read, dict)
    if text == "9" * 19:
        assert isinstance(read["a"], float)  # no integer that could be cut
    else:
        assert read["a"] == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a: 1\nb: 2\na: 3", ["f:3:1: a: this key occurs twice"], id="duplicate"),
        pytest.param(
            "a: 1\na: 2\na: 3", ["f:2:1: a: this key occurs twice", "f:3:1: a: this key occurs twice"], id="thrice"
        ),
        pytest.param('a: 1\n"a": 2', ["f:2:1: a: this key occurs twice"], id="duplicate-quoted"),
        pytest.param("x:\n  - {b: 1, b: 2}", ["f:2:12: x.0.b: this key occurs twice"], id="duplicate-inside"),
        pytest.param("a: &x 1\nb: *x", ["f:1:4: b: aliases are not allowed: write the value out"], id="alias"),
        pytest.param("a: &x [*x]", ["f:1:4: a.0: aliases are not allowed: write the value out"], id="alias-of-itself"),
        pytest.param("a: {x: 1}\nb:\n  <<: {y: 2}", ["f:3:3: b: keys must be plain names"], id="merge"),
        pytest.param("? [a]\n: 1", ["f:1:1: keys must be plain names"], id="list-as-key"),
        pytest.param("a: !!str 5", ["f:1:4: tags are not allowed"], id="standard-tag"),
        pytest.param("a: !!python/object/apply:os.system [x]", ["f:1:4: tags are not allowed"], id="python-tag"),
        pytest.param("a: !mine {b: 1}", ["f:1:4: tags are not allowed"], id="tag-on-a-mapping"),
        pytest.param("a: !!set {b, c}", ["f:1:4: tags are not allowed"], id="tag-of-a-set"),
        pytest.param("!!map {a: !x 1}", ["f:1:1: tags are not allowed", "f:1:11: tags are not allowed"], id="two-tags"),
        pytest.param("!x a: 1", ["f:1:1: tags are not allowed"], id="tag-on-a-key"),
        pytest.param("a: 1\n---\nb: 2", ["f:2:1: but found another document"], id="two-documents"),
        pytest.param("a: 1\n\tb: 2", ["f:2:1: found a tab character that violates indentation"], id="tab"),
        pytest.param("a: [1", ["f:2:1: did not find expected ',' or ']'"], id="unclosed"),
        pytest.param("a: \x07", ["f:1:1: not YAML"], id="control-character"),
        pytest.param("[" * 33 + "]" * 33, ["f:1:33: nested more than 32 deep"], id="deep"),
    ],
)
def test_what_has_more_than_one_reading_is_a_fault_at_its_place(text: str, expected: list[str]) -> None:
    assert faults(text) == expected


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_no_depth_takes_the_process_down(opening: str) -> None:
    """The parser behind us would follow this down until the process ends, and a mounted file must not do that."""
    assert faults(opening * 200_000) == [f"f:1:{32 * len(opening) + 1}: nested more than 32 deep"]


def test_a_fault_stands_at_its_path_or_at_the_nearest_one_that_the_text_has() -> None:
    source = read_yaml("a:\n  b:\n    - c: 1\n", "f")
    assert source.fault(("a", "b", 0, "c"), "x") == Fault(file="f", line=3, column=10, where="a.b.0.c", message="x")
    assert str(source.fault(("a", "b", 0, "missing"), "x")) == "f:3:7: a.b.0.missing: x"
    assert str(source.fault(("z",), "x")) == "f:1:1: z: x"
    assert str(source.fault((), "x")) == "f:1:1: x"
