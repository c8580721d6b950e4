"""What a caller did before: counted without end, known by name as far as there is room."""

from extproc.model.intent import Intent
from extproc.policy.facts import History
from extproc.policy.past import MAX_TOOLS, Past


def test_a_call_leaves_its_tool_and_its_intent() -> None:
    past = Past()
    past.add("get", Intent.READ, refused=False)
    past.add("put", Intent.WRITE, refused=False)
    both = frozenset({Intent.READ, Intent.WRITE})
    assert past.history == History(calls=2, refused=0, tools=frozenset({"get", "put"}), intents=both)


def test_a_refused_call_is_counted_and_was_not_done() -> None:
    past = Past()
    past.add("drop", Intent.DESTRUCTIVE, refused=True)
    assert past.history == History(calls=1, refused=1)


def test_the_tool_that_was_called_longest_ago_is_forgotten_first() -> None:
    past = Past()
    for number in range(MAX_TOOLS):
        past.add(f"t{number}", Intent.READ, refused=False)
    past.add("t0", Intent.READ, refused=False)
    past.add("new", Intent.READ, refused=False)
    assert "t1" not in past.history.tools
    assert {"t0", "t2", "new"} <= past.history.tools
    assert past.history.calls == MAX_TOOLS + 2
