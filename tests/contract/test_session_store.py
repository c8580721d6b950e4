"""What every `SessionStore` keeps to, whichever it is."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from extproc.model.message import Call, Direction
from extproc.ports import SessionKey
from tests.contract.sessions import SESSION_STORES, NewStore

_T = TypeVar("_T")
A, B = SessionKey(server="a", session="1"), SessionKey(server="b", session="1")
C2S, S2C = Direction.CLIENT_TO_SERVER, Direction.SERVER_TO_CLIENT
every_store = pytest.mark.parametrize("new", SESSION_STORES)


def call(identifier: str | int, method: str = "ping") -> Call:
    return Call(id=identifier, method=method, target=None, decision_id="d")


def run(work: Coroutine[Any, Any, _T]) -> _T:
    return asyncio.run(work)


@every_store
def test_a_version_is_known_once_it_was_negotiated(new: NewStore) -> None:
    store = new()
    assert run(store.version(A)) is None
    run(store.negotiated(A, "2025-11-25"))
    assert (run(store.version(A)), run(store.version(B))) == ("2025-11-25", None)
    run(store.negotiated(A, "2025-06-18"))
    assert run(store.version(A)) == "2025-06-18"


@every_store
def test_an_ended_session_has_no_version(new: NewStore) -> None:
    store = new()
    for key in (A, B):
        run(store.negotiated(key, "2025-11-25"))
    run(store.end(A))
    run(store.end(A))
    assert (run(store.version(A)), run(store.version(B))) == (None, "2025-11-25")


@every_store
def test_a_session_belongs_to_its_last_owner_until_it_ends(new: NewStore) -> None:
    store = new()
    assert run(store.owner(A)) is None
    run(store.bind(A, "ada"))
    run(store.bind(B, "bob"))
    assert (run(store.owner(A)), run(store.owner(B)), run(store.version(A))) == ("ada", "bob", None)
    run(store.bind(A, "eve"))
    assert run(store.owner(A)) == "eve"
    run(store.end(A))
    assert (run(store.owner(A)), run(store.owner(B))) == (None, "bob")


@every_store
def test_a_call_is_closed_once(new: NewStore) -> None:
    store = new()
    run(store.open_call(A, C2S, call(1)))
    assert run(store.close_call(A, C2S, 1)) == call(1)
    assert run(store.close_call(A, C2S, 1)) is None


@every_store
def test_calls_of_other_sessions_servers_and_directions_are_other_calls(new: NewStore) -> None:
    store = new()
    other = SessionKey(server="a", session="2")
    places = [(A, C2S, "1"), (A, S2C, "2"), (B, C2S, "3"), (other, C2S, "4")]
    for key, direction, method in places:
        run(store.open_call(key, direction, call(7, method)))
    closed = [run(store.close_call(key, direction, 7)) for key, direction, _ in places]
    assert [one.method if one else None for one in closed] == ["1", "2", "3", "4"]


@every_store
def test_ids_of_another_type_are_other_ids(new: NewStore) -> None:
    store = new()
    run(store.open_call(A, C2S, call(1, "number")))
    run(store.open_call(A, C2S, call("1", "text")))
    assert run(store.close_call(A, C2S, "1")) == call("1", "text")
    assert run(store.close_call(A, C2S, True)) is None  # noqa: FBT003 - a boolean is no id, though it equals 1
    assert run(store.close_call(A, C2S, 1)) == call(1, "number")


@every_store
def test_a_call_that_is_opened_again_is_the_later_one(new: NewStore) -> None:
    store = new()
    run(store.open_call(A, C2S, call(1, "first")))
    run(store.open_call(A, C2S, call(1, "second")))
    assert run(store.close_call(A, C2S, 1)) == call(1, "second")
    assert run(store.close_call(A, C2S, 1)) is None


@every_store
def test_whatever_a_peer_names_itself_keys_stay_apart(new: NewStore) -> None:
    store = new()
    odd = ["", "a:b", "a\x00b", "ä", "a" * 10_000]
    for session in odd:
        run(store.negotiated(SessionKey(server="a", session=session), f"v-{session[:3]}"))
    assert [run(store.version(SessionKey(server="a", session=session))) for session in odd] == [
        f"v-{session[:3]}" for session in odd
    ]
