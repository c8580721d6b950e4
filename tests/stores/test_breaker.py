"""A breaker: open after faults in a row, one question after each pause, closed by an answer."""

from extproc.stores.breaker import Breaker, BreakerState


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Time) -> Breaker:
    breaker = Breaker(3, 1.0, clock)
    for _ in range(3):
        assert breaker.admits()
        breaker.failed()
    return breaker


def test_it_opens_after_so_many_faults_in_a_row() -> None:
    breaker = Breaker(3, 1.0, Time())
    for answered in (False, False, True, False, False):
        assert breaker.admits()
        (breaker.succeeded if answered else breaker.failed)()
    assert breaker.state is BreakerState.CLOSED
    breaker.failed()
    assert (breaker.state, breaker.admits()) == (BreakerState.OPEN, False)


def test_after_a_pause_one_question_decides() -> None:
    clock = Time()
    breaker = opened(clock)
    clock.now = 0.9
    assert not breaker.admits()
    clock.now = 1.0
    assert [breaker.admits() for _ in range(3)] == [True, False, False]
    assert breaker.state is BreakerState.HALF_OPEN
    breaker.failed()
    assert [breaker.admits(), breaker.state] == [False, BreakerState.OPEN]
    clock.now = 2.0
    assert breaker.admits()
    breaker.succeeded()
    assert [breaker.admits() for _ in range(3)] == [True, True, True]


def test_after_it_closed_it_takes_as_many_faults_as_before() -> None:
    clock = Time()
    breaker = opened(clock)
    clock.now = 1.0
    assert breaker.admits()
    breaker.succeeded()
    for _ in range(2):
        breaker.failed()
    assert breaker.admits()


def test_a_question_that_nobody_waits_for_any_more_leaves_it_to_the_next() -> None:
    clock = Time()
    breaker = opened(clock)
    clock.now = 1.0
    assert breaker.admits()
    breaker.withdrawn()
    assert [breaker.admits(), breaker.admits()] == [True, False]


def test_an_ordinary_question_that_is_withdrawn_says_nothing() -> None:
    breaker = Breaker(1, 1.0, Time())
    assert breaker.admits()
    breaker.withdrawn()
    assert breaker.state is BreakerState.CLOSED
