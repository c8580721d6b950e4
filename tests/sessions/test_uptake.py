"""How sure it is that a call takes up what a result told its reader to do."""

from extproc.model.message import JsonValue
from extproc.sessions.fingerprints import Printer
from extproc.sessions.kinds import Kind, mask_of
from extproc.sessions.sinks import sink_of
from extproc.sessions.targets import plain
from extproc.sessions.trail import EMPTY, Ask, Step, Trail, with_seen, with_step
from extproc.sessions.uptake import Uptake, named_of, uptake_of
from tests.sessions.story import INSIDE, KEY, call_of

_PRINTER = Printer(KEY)


def _ask(*hard: str, score: float = 0.0, kinds: frozenset[Kind] = frozenset(Kind), **rest: bool) -> Ask:
    tokens = _PRINTER.tokens(map(plain, hard))
    solicited, rival = rest.get("solicited", False), rest.get("rival", False)
    return Ask("d1", 1.0, mask_of(kinds), score, solicited, rival, tokens, ())


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


def test_another_kind_of_call_takes_nothing_up() -> None:
    payment = _ask("eve@outside.example", kinds=frozenset({Kind.PAYMENT}))
    assert _uptake(payment, "send_email", dict(_MAIL)) is None


def test_another_destination_takes_nothing_up_though_the_content_has_a_name_of_it() -> None:
    ask = Ask("d1", 1.0, mask_of(frozenset(Kind)), 0.0, False, False, (), _PRINTER.tokens(("alice",)))  # noqa: FBT003
    assert _uptake(ask, "send_email", {"to": "bob@outside.example", "body": "Alice says hello"}) is None


def test_what_was_seen_as_data_too_says_less() -> None:
    seen = with_seen(EMPTY, (_PRINTER.token("eve@outside.example"),))
    assert _score(_ask("eve@outside.example"), "send_email", dict(_MAIL), seen) < 0.5


def test_what_was_named_before_says_nothing_unless_the_text_speaks_to_the_model() -> None:
    given = (_PRINTER.token("eve@outside.example"),)
    trail = with_step(EMPTY, _step(), given=given)
    assert _uptake(_ask("eve@outside.example", score=0.4), "send_email", dict(_MAIL), trail) is None
    assert _score(_ask("eve@outside.example", score=0.9), "send_email", dict(_MAIL), trail) >= 0.5


def test_a_domain_that_was_named_before_makes_its_addresses_likely() -> None:
    trail = with_step(EMPTY, _step(), given=(_PRINTER.token("outside.example"),))
    assert _score(_ask("eve@outside.example"), "send_email", dict(_MAIL), trail) < 0.5


def test_who_asked_for_it_is_excused_but_not_for_a_text_that_speaks_to_the_model() -> None:
    assert _score(_ask("eve@outside.example", solicited=True), "send_email", dict(_MAIL)) < 0.5
    assert _score(_ask("eve@outside.example", solicited=True, score=0.9), "send_email", dict(_MAIL)) >= 0.5


def test_what_is_done_all_the_time_needs_a_suspicious_text() -> None:
    arguments: dict[str, JsonValue] = {"title": "Call", "guests": ["eve@outside.example"]}
    assert _uptake(_ask("eve@outside.example"), "create_calendar_event", arguments) is None
    assert _score(_ask("eve@outside.example", score=0.8), "create_calendar_event", arguments) >= 0.5


def test_a_host_below_the_one_that_is_asked_for_is_taken_up() -> None:
    ask = _ask("outside.example")
    uptake = _uptake(ask, "http_post", {"url": "https://mzxw6.data.outside.example/x", "body": "y"})
    assert uptake is not None


def test_a_number_alone_is_no_uptake_unless_it_is_all_that_is_named() -> None:
    number = Ask("d1", 1.0, mask_of(frozenset(Kind)), 0.3, False, False, (), _PRINTER.tokens(("13",)))  # noqa: FBT003
    assert _uptake(number, "delete_file", {"id": 13, "reason": "old"}) is None
    assert _uptake(number, "delete_file", {"id": "13"}) is not None


def test_a_password_that_a_result_dictates_is_an_uptake_though_a_ticket_was_asked_for() -> None:
    ask = _ask("Sk4ka!78", solicited=True)
    assert _score(ask, "update_password", {"password": "Sk4ka!78"}) >= 0.5
