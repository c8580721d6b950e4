"""Histories in memory: what counts, what is forgotten, and when."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from extproc.model.intent import Intent
from extproc.policy.facts import NO_HISTORY, History
from extproc.policy.past import MAX_TOOLS
from extproc.ports import Scope
from extproc.stores import histories
from extproc.stores.histories import IDLE_SECONDS, MemoryHistories

_T = TypeVar("_T")
ADA, BEN = Scope(principal="ada", session=None), Scope(principal="ben", session=None)


class Ticking:
    """A steady clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def run(work: Coroutine[Any, Any, _T]) -> _T:
    return asyncio.run(work)


def test_calls_are_counted_and_what_was_refused_was_not_done() -> None:
    store = MemoryHistories(Ticking())
    run(store.add(ADA, "get", Intent.READ, refused=False))
    run(store.add(ADA, "drop", Intent.DESTRUCTIVE, refused=True))
    assert run(store.of(ADA)) == History(calls=2, refused=1, tools=frozenset({"get"}), intents=frozenset({Intent.READ}))


def test_principals_and_sessions_are_kept_apart() -> None:
    store = MemoryHistories(Ticking())
    run(store.add(ADA, "get", Intent.READ, refused=False))
    assert run(store.of(BEN)) == NO_HISTORY
    assert run(store.of(Scope(principal="ada", session="1"))) == NO_HISTORY


def test_a_history_ends_when_nothing_was_done_for_long() -> None:
    clock = Ticking()
    store = MemoryHistories(clock)
    run(store.add(ADA, "get", Intent.READ, refused=False))
    clock.now += IDLE_SECONDS
    assert run(store.of(ADA)).calls == 1
    clock.now += 1
    assert run(store.of(ADA)) == NO_HISTORY


def test_only_the_last_tools_are_known_by_name_and_all_calls_by_number() -> None:
    store = MemoryHistories(Ticking())
    for number in range(MAX_TOOLS + 6):
        run(store.add(ADA, f"t{number}", Intent.READ, refused=False))
    found = run(store.of(ADA))
    assert (found.calls, len(found.tools), "t5" in found.tools, "t6" in found.tools) == (MAX_TOOLS + 6, 64, False, True)


def test_the_least_recently_used_history_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histories, "MAX_HISTORIES", 2)
    store = MemoryHistories(Ticking())
    scopes = [Scope(principal=name, session=None) for name in "abc"]
    for scope in scopes:
        run(store.add(scope, "get", Intent.READ, refused=False))
    assert [run(store.of(scope)).calls for scope in scopes] == [0, 1, 1]
