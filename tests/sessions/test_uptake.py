"""How sure it is that a call takes up what a result told its reader to do."""

import pytest

from extproc.model.message import JsonValue
from extproc.sessions.fingerprints import Printer
from extproc.sessions.kinds import Kind, mask_of
from extproc.sessions.sinks import sink_of
from extproc.sessions.targets import plain
from extproc.sessions.trail import EMPTY, Ask, Mark, Step, Trail, with_seen, with_step
from extproc.sessions.uptake import Uptake, named_of, uptake_of
from tests.sessions.story import INSIDE, KEY, call_of

_PRINTER = Printer(KEY)


def _ask(*hard: str, score: float = 0.0, odds: float = 2.0, **rest: bool) -> Ask:
    """Return an instruction as a text gives it that hardly anybody but an attacker writes."""
    tokens = _PRINTER.tokens(map(plain, hard))
    solicited, rival = rest.get("solicited", False), rest.get("rival", False)
    return Ask("d1", 1.0, mask_of(frozenset(Kind)), score, solicited, rival, tokens, (), odds)


def _step() -> Step:
    return Step("d0", "one", "search", "read", "", 0.0, 0, 1, 0)


def _uptake(ask: Ask, tool: str, arguments: dict[str, JsonValue], trail: Trail = EMPTY) -> Uptake | None:
    sink = sink_of(call_of(tool, arguments), INSIDE)
    return uptake_of(trail, sink, named_of(sink, _PRINTER), (ask,))


def _score(ask: Ask, tool: str, arguments: dict[str, JsonValue], trail: Trail = EMPTY) -> float:
    uptake = _uptake(ask, tool, arguments, trail)
    return uptake.score if uptake is not None else 0.0


_MAIL: dict[str, JsonValue] = {"to": "eve@outside.example", "body": "hello"}


def test_the_argument_that_is_taken_up_is_named() -> None:
    uptake = _uptake(_ask("eve@outside.example"), "send_email", dict(_MAIL))
    assert uptake is not None
    assert (uptake.call, uptake.pointer, uptake.score >= 0.5) == ("d1", ("to",), True)


def test_how_the_text_speaks_decides_most() -> None:
    assert _score(_ask("eve@outside.example", odds=0.0), "send_email", dict(_MAIL)) < 0.5


def test_what_names_something_else_takes_nothing_up() -> None:
    assert _uptake(_ask("ann@outside.example"), "send_email", dict(_MAIL)) is None


def test_a_call_of_the_kind_that_is_asked_for_takes_it_up_likelier() -> None:
    other = _ask("eve@outside.example")._replace(kinds=mask_of(frozenset({Kind.PAYMENT})))
    assert _score(other, "send_email", dict(_MAIL)) < _score(_ask("eve@outside.example"), "send_email", dict(_MAIL))


def test_what_was_seen_as_data_too_says_less() -> None:
    seen = with_seen(EMPTY, (_PRINTER.token("eve@outside.example"),))
    ask = _ask("eve@outside.example")
    assert _score(ask, "send_email", dict(_MAIL), seen) < _score(ask, "send_email", dict(_MAIL))


def test_what_was_named_before_says_nothing_unless_the_text_speaks_to_the_model() -> None:
    given = (_PRINTER.token("eve@outside.example"),)
    trail = with_step(EMPTY, _step(), given=given)
    assert _uptake(_ask("eve@outside.example", score=0.4), "send_email", dict(_MAIL), trail) is None
    assert _score(_ask("eve@outside.example", score=0.9, odds=4.0), "send_email", dict(_MAIL), trail) >= 0.5


def test_a_domain_that_was_named_before_makes_its_addresses_likely() -> None:
    trail = with_step(EMPTY, _step(), given=(_PRINTER.token("outside.example"),))
    ask = _ask("eve@outside.example")
    assert _score(ask, "send_email", dict(_MAIL), trail) < _score(ask, "send_email", dict(_MAIL))


def test_who_asked_for_it_is_surprised_less() -> None:
    asked = _score(_ask("eve@outside.example", solicited=True), "send_email", dict(_MAIL))
    assert asked < _score(_ask("eve@outside.example"), "send_email", dict(_MAIL))


@pytest.mark.parametrize(
    ("mark", "less"), [(Mark.SOLICITED, True), (Mark.SEARCHES, True), (Mark.OPENS, True), (Mark.BARE, False)]
)
def test_what_its_call_looked_for_makes_an_instruction_likely_or_not(mark: int, *, less: bool) -> None:
    ask = _ask("eve@outside.example")
    plainly = with_step(EMPTY, _step()._replace(call="d1"))
    marked = with_step(EMPTY, _step()._replace(call="d1", marks=mark))
    scores = _score(ask, "send_email", dict(_MAIL), marked), _score(ask, "send_email", dict(_MAIL), plainly)
    assert (scores[0] < scores[1]) is less


def test_what_an_agent_does_after_it_did_much_is_its_task() -> None:
    ask, trail = _ask("eve@outside.example"), EMPTY
    for number in range(4):
        trail = with_step(trail, _step()._replace(call=f"s{number}", intent="write", kind="mail"))
    assert _score(ask, "send_email", dict(_MAIL), trail) < 0.5 <= _score(ask, "send_email", dict(_MAIL))


def test_a_host_below_the_one_that_is_asked_for_is_taken_up() -> None:
    ask = _ask("outside.example")
    uptake = _uptake(ask, "http_post", {"url": "https://mzxw6.data.outside.example/x", "body": "y"})
    assert uptake is not None


def test_a_password_that_a_result_dictates_is_taken_up_likelier_than_a_title() -> None:
    ask = _ask("Sk4ka!78")
    title = _score(ask, "update_page", {"title": "Sk4ka!78"})
    assert _score(ask, "update_page", {"password": "Sk4ka!78"}) > title


def test_the_surest_of_several_instructions_is_the_one_taken_up() -> None:
    sink = sink_of(call_of("send_email", dict(_MAIL)), INSIDE)
    asks = (_ask("eve@outside.example", odds=-1.0), _ask("eve@outside.example")._replace(call="d2"))
    uptake = uptake_of(EMPTY, sink, named_of(sink, _PRINTER), asks)
    assert uptake is not None
    assert uptake.call == "d2"


def test_a_call_that_takes_sensitive_data_outside_as_well_takes_it_up_likelier() -> None:
    sink = sink_of(call_of("send_email", dict(_MAIL)), INSIDE)
    named, asks = named_of(sink, _PRINTER), (_ask("eve@outside.example", odds=-1.0),)
    alone, laden = uptake_of(EMPTY, sink, named, asks), uptake_of(EMPTY, sink, named, asks, carries=True)
    assert alone is not None
    assert laden is not None
    assert alone.score < 0.5 <= laden.score
