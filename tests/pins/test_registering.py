"""Entries of servers: which names a description speaks of, what is kept from before, and how large it gets."""

from typing import Any

import pytest

from extproc.pins.entries import ToolEntry
from extproc.pins.registering import MOST_TOOLS, entry_of
from extproc.pins.skeletons import skeleton


def tool(description: str, name: str = "own_tool", **members: Any) -> dict[str, Any]:
    return {"name": name, "description": description, **members}


def entry(description: str, **members: Any) -> ToolEntry:
    return entry_of("shop", [tool(description, **members)], now=1.0).tools[0]


@pytest.mark.parametrize(
    ("description", "name"),
    [
        ("Call send_email first.", "send_email"),
        ("Prefer it to readFile.", "readFile"),
        ("Unlike fs.read_file, it is fast.", "read_file"),
        ("Use read-file/write-file instead.", "write-file"),
        ("Runs `SendEmail` for you.", "SendEmail"),
        ("Sends as “send_email” does", "send_email"),
    ],
)
def test_names_of_several_words_are_mentions(description: str, name: str) -> None:
    assert skeleton(name) in entry(description).mentions


def test_plain_words_are_names_where_they_are_quoted_and_called_tools() -> None:
    assert entry("Before that, call the `search` tool.").quoted == (skeleton("search"),)
    assert entry("Use the tool named 'search' first.").quoted == (skeleton("search"),)
    assert entry("A fast search tool for documents; `search` is slow.").quoted == ()


def test_products_and_own_parameters_are_no_mentions() -> None:
    found = entry("Works with GitHub by `user_id`.", inputSchema={"properties": {"user_id": {}}})
    assert found.mentions == ()
    assert entry("own_tool reads.").mentions == ()


def test_what_was_known_keeps_its_times_and_its_name() -> None:
    first = entry_of("shop", [tool("Reads.", "a")], now=1.0, given_name="Shop")
    second = entry_of("shop", [tool("Reads more.", "a"), tool("New.", "b")], now=5.0, known=first)
    assert (second.first_seen, second.given_name) == (1.0, "Shop")
    assert [(one.name, one.first_seen) for one in second.tools] == [("a", 1.0), ("b", 5.0)]


def test_a_part_of_a_list_leaves_the_other_tools() -> None:
    first = entry_of("shop", [tool("Reads.", "a")], now=1.0)
    assert [one.name for one in entry_of("shop", [tool("", "b")], now=2.0, known=first).tools] == ["b"]
    part = entry_of("shop", [tool("", "b")], now=2.0, known=first, complete=False)
    assert [one.name for one in part.tools] == ["a", "b"]


def test_an_entry_is_small_whatever_the_server_lists() -> None:
    tools = [tool("word_a" + " other_word" * 9999, f"tool_{number}" + "x" * 999) for number in range(1000)]
    found = entry_of("shop", [*tools, {"name": 7}, {}], now=1.0, given_name="n" * 9999)
    assert len(found.tools) <= MOST_TOOLS
    many = entry_of("shop", [tool(" ".join(f"name_{n}" for n in range(999)), f"t{n}") for n in range(999)], now=1.0)
    assert len(many.tools) == MOST_TOOLS
    assert len(many.pack()) < 512 * 1024
