"""The table of fail modes: what a fault of ours or of a dependency does to a message."""

import pytest

from extproc.engine.failmode import MAY_FAIL_OPEN, Cause, cause_of, passes
from extproc.model.message import Direction
from extproc.ports import PortError
from tests.engine.harness import C2S, S2C

BOTH = frozenset(Direction)


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (PortError("down"), Cause.STORE),
        (TimeoutError(), Cause.DEADLINE),
        (KeyError("x"), Cause.BUG),
        (RecursionError(), Cause.BUG),
        (OSError(), Cause.BUG),
    ],
)
def test_every_exception_has_a_cause(error: Exception, cause: Cause) -> None:
    assert cause_of(error) is cause


def test_every_cause_has_a_row() -> None:
    assert set(MAY_FAIL_OPEN) == set(Cause)


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("direction", Direction)
def test_nothing_passes_unless_it_is_configured(cause: Cause, direction: Direction) -> None:
    assert not passes(cause, direction, frozenset())


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize(
    ("cause", "may"), [(Cause.BAD_INPUT, False), (Cause.BUG, False), (Cause.STORE, True), (Cause.DEADLINE, True)]
)
def test_bad_input_and_what_crashes_us_never_pass(cause: Cause, direction: Direction, *, may: bool) -> None:
    assert passes(cause, direction, BOTH) is may


def test_each_direction_is_configured_on_its_own() -> None:
    assert passes(Cause.STORE, C2S, frozenset({C2S}))
    assert not passes(Cause.STORE, S2C, frozenset({C2S}))
