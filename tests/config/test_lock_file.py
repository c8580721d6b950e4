"""Lockfiles: what is written is read again, and every fault is told at its place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.config.faults import ConfigError
from extproc.config.lock_file import load_lock, lock_text, parse_lock
from extproc.pins.lock import Locked

_DIGEST = "0123456789abcdef" * 4
_NAMES = st.text(min_size=1, max_size=12).filter(lambda name: name != "<<")
_LOCKED = st.builds(Locked, digest=st.just(_DIGEST), cosmetic=st.just("f" * 64), summary=st.text(max_size=30))


@given(st.dictionaries(_NAMES, st.dictionaries(_NAMES, _LOCKED, max_size=3), max_size=3))
def test_what_is_written_is_read_again(lock: dict[str, dict[str, Locked]]) -> None:
    text = lock_text(lock)
    assert parse_lock(text.encode(), "mcp-tools.lock") == lock
    assert lock_text(dict(reversed(lock.items()))) == text
    assert all(line.isprintable() for line in text.split("\n"))


def test_a_file_is_one_line_for_each_thing_that_may_change() -> None:
    locked = Locked(digest=_DIGEST, cosmetic=_DIGEST, summary='Reads "it".')
    assert lock_text({"shop": {"get_order": locked}}).splitlines()[1:] == [
        "version: 1",
        "servers:",
        '  "shop":',
        "    tools:",
        '      "get_order":',
        f'        digest: "{_DIGEST}"',
        f'        cosmetic: "{_DIGEST}"',
        '        summary: "Reads \\"it\\"."',
    ]


@pytest.mark.parametrize("name", ["<<", "x" * 1001, "\u200b" * 200])
def test_a_tool_whose_name_cannot_stand_in_yaml_is_left_out(name: str) -> None:
    locked = Locked(digest=_DIGEST, cosmetic=_DIGEST)
    text = lock_text({"shop": {name: locked, "a": locked}, name: {"a": locked}})
    assert parse_lock(text.encode(), "lock") == {"shop": {"a": locked}}


def test_json_is_read_and_only_the_digest_is_needed() -> None:
    text = f'{{"version": 1, "servers": {{"shop": {{"tools": {{"a": {{"digest": "{_DIGEST}"}}}}}}}}}}'
    assert parse_lock(text.encode(), "lock") == {"shop": {"a": Locked(digest=_DIGEST, cosmetic=_DIGEST)}}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "lock:1:1: version: this setting is missing"),
        ("version: 2", "lock:1:10: version: Input should be 1"),
        ("version: 1\nservers:\n  a:\n    tools:\n      t: {}", "lock:5:10: servers.a.tools.t.digest: this setting"),
        ("version: 1\nservers: {a: {tools: {t: {digest: abc}}}}", "lock:2:35: servers.a.tools.t.digest: String should"),
        ("version: 1\nservers: {a: {prompts: {}}}", "servers.a.prompts: unknown setting"),
        ("version: 1\nversion: 1", "this key occurs twice"),
        ("{", "lock:2:1: did not find"),
    ],
)
def test_each_fault_is_told_at_its_place(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_lock(text.encode(), "lock")
    assert told in str(caught.value)


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.lock:1:1: cannot be read"):
        load_lock(tmp_path / "none.lock")
    with pytest.raises(ConfigError, match="not UTF-8"):
        parse_lock(b"\xff", "lock")
    with pytest.raises(ConfigError, match="larger than"):
        parse_lock(b" " * (64 * 1024 * 1024 + 1), "lock")


def test_a_file_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "mcp-tools.lock"
    path.write_text(lock_text({}), encoding="utf-8")
    assert load_lock(path) == {}
