"""What a message names, turned round: all but these, and never what names nothing."""

import pytest

from extproc.model.message import Direction
from extproc.policy.facts import Facts
from extproc.policy.globs import Globs
from extproc.policy.naming import OtherThan, Part, named
from extproc.policy.question import Aspect, Kind, Question, Truth

_CALL = Aspect(
    kind=Kind.REQUEST,
    direction=Direction.CLIENT_TO_SERVER,
    server="shop",
    methods=frozenset({"tools/call"}),
    tool="delete_all",
)


@pytest.mark.parametrize(
    ("part", "patterns", "truth"),
    [
        (Part.TOOL, ["get_*"], Truth.TRUE),
        (Part.TOOL, ["get_*", "delete_*"], Truth.FALSE),
        (Part.SERVER, ["shop"], Truth.FALSE),
        (Part.SERVER, ["bank"], Truth.TRUE),
        (Part.METHOD, ["tools/call"], Truth.FALSE),
        (Part.METHOD, ["tools/list"], Truth.TRUE),
        (Part.PROMPT, ["x"], Truth.FALSE),
        (Part.RESOURCE, ["x"], Truth.FALSE),
    ],
)
def test_it_holds_for_every_name_but_those_that_fit(part: Part, patterns: list[str], truth: Truth) -> None:
    assert OtherThan(part, Globs(patterns)).test(Question(aspect=_CALL, facts=Facts())) is truth


def test_a_method_is_other_only_if_none_of_its_names_fits() -> None:
    both = Aspect(
        kind=Kind.REQUEST,
        direction=Direction.CLIENT_TO_SERVER,
        server="s",
        methods=frozenset({"initialize", "server/discover"}),
    )
    question = Question(aspect=both, facts=Facts())
    assert OtherThan(Part.METHOD, Globs(("initialize",))).test(question) is Truth.FALSE
    assert named(both, Part.TOOL) == frozenset()


def test_it_says_what_it_asks() -> None:
    assert str(OtherThan(Part.TOOL, Globs(("a", "b")))) == "tool is other than a, b"
