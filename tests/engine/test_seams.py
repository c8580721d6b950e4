"""Secrets that a server splits over the events of a stream: handled as if they came in one."""

from dataclasses import replace
from typing import Any, Final

import pytest

from extproc.wire.events import Elapsed
from tests.detecting import detection
from tests.engine.harness import (
    END,
    LEGACY,
    SETTINGS,
    Sidecar,
    ask,
    event,
    frames,
    messages,
    notification,
    result,
    stream_head,
    tool_call,
)
from tests.policies import policy

# As GitHub's tokens are made: a prefix and 36 letters and digits.
_SECRET: Final = "ghp_" + "x7Kq2mVt9RbZ4cLw8NyHs3PdGf6JaTe1UoXi"
_HIDE: Final = {"id": "hide", "redact": [{"entities": ["secret", "pii", "financial"]}]}
_ASK: Final = ask(tool_call(number=1), mcp_protocol_version=LEGACY)


def progress(text: str) -> dict[str, object]:
    return notification("notifications/progress", {"progressToken": "t", "progress": 1, "message": text})


def log(text: object) -> dict[str, object]:
    return notification("notifications/message", {"level": "info", "data": text})


def sidecar(*rules: dict[str, Any], **settings: Any) -> Sidecar:
    loaded = policy({"effect": "allow"}, *(rules or (_HIDE,)))
    return Sidecar(policy=loaded, settings=replace(SETTINGS, **settings), detection=detection())


def streamed(given: Sidecar, *documents: object) -> list[Any]:
    return given.exchange(*_ASK, stream_head(), *map(event, documents), event(result({}, 1)), END)


def told(sent: list[Any]) -> list[str]:
    """Return the texts that a client reads, one for each event that has one."""
    params = [one["params"] for one in messages(sent) if isinstance(one, dict) and "params" in one]
    return [str(one.get("message", one.get("data"))) for one in params]


@pytest.mark.parametrize("cut", range(1, len(_SECRET)))
def test_a_secret_split_at_any_byte_is_redacted_in_both_events(cut: int) -> None:
    texts = told(streamed(sidecar(), progress("using " + _SECRET[:cut]), progress(_SECRET[cut:] + " now")))
    assert "".join(texts).replace("[REDACTED:github_token]", "*") in {"using ** now", "using * now"}


@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_secret_in_many_pieces_is_redacted_in_all(size: int) -> None:
    pieces = [_SECRET[start : start + size] for start in range(0, 12, size)]
    rest = _SECRET[len("".join(pieces)) :]
    texts = told(streamed(sidecar(), *map(log, [*pieces, rest])))
    assert not any(piece in text for text in texts for piece in (rest, _SECRET[4:12]) if piece)
    assert _SECRET[:12] not in "".join(texts)


@pytest.mark.parametrize(
    ("value", "kind"),
    [("ada.sample@example.com", "email"), ("4111 1111 1111 1111", "credit_card"), ("4111111111111111", "credit_card")],
)
def test_other_values_are_found_over_events_too(value: str, kind: str) -> None:
    for cut in range(1, len(value)):
        texts = told(streamed(sidecar(), log("card or mail: " + value[:cut]), log(value[cut:])))
        whole = "".join(texts)
        assert value.replace(" ", "") not in whole.replace(" ", ""), cut
        assert f"[REDACTED:{kind}]" in whole


def test_the_rest_of_a_secret_in_a_result_is_found_with_its_head() -> None:
    last = result({"content": [{"type": "text", "text": _SECRET[20:]}]}, 1)
    sent = sidecar().exchange(*_ASK, stream_head(), event(log("key " + _SECRET[:20])), event(last), END)
    assert _SECRET[:20] not in frames(sent).decode()
    assert _SECRET[20:] not in frames(sent).decode()


def test_what_is_refused_takes_its_head_with_it() -> None:
    given = sidecar({"id": "no", "effect": "deny", "on": ["notification"], "findings": ["secret"]})
    assert told(streamed(given, log("key " + _SECRET[:20]), log(_SECRET[20:]), log("done."))) == ["done."]


def test_events_that_carry_nothing_come_in_order_and_unchanged() -> None:
    texts = ["reading page 1", "of 3.", "Done", "and out"]
    assert told(streamed(sidecar(), *map(progress, texts))) == texts


def test_a_text_that_ends_a_sentence_does_not_wait() -> None:
    given = sidecar()
    sent = given.exchange(*_ASK, stream_head(), event(log("All is read.")))
    assert told(sent) == ["All is read."]


def test_an_event_waits_for_the_next_only_so_long() -> None:
    given = sidecar()
    waiting = given.exchange(*_ASK, stream_head(), event(log("key ghp_abc")))
    assert told(waiting) == []
    over = given.exchange(*_ASK, stream_head(), event(log("key ghp_abc")), Elapsed())
    assert told(over) == ["key ghp_abc"]


def test_nothing_waits_where_waiting_is_off() -> None:
    given = sidecar(stream_wait=0.0)
    assert told(given.exchange(*_ASK, stream_head(), event(log("key ghp_abc")))) == ["key ghp_abc"]


def test_what_waits_goes_out_when_the_stream_ends() -> None:
    sent = sidecar().exchange(*_ASK, stream_head(), event(result({}, 1)), event(log("key ghp_abc")), END)
    assert told(sent) == ["key ghp_abc"]
