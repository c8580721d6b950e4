"""How sentences of descriptions are read: where the verb stands and what it is done to."""

import pytest

from extproc.classify.sentences import lead_of
from extproc.model.intent import Intent

_R, _W, _D = Intent.READ, Intent.WRITE, Intent.DESTRUCTIVE


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Given a URL, returns its title", _R),
        ("With this tool you can list all boards", _R),
        ("Responsible for creating invoices", _W),
        ("Calls the API to create a customer", _W),
        ("Performs a web search", _R),
        ("Performs an update of a customer", _W),
        ("Performs deletion of a volume", _D),
        ("Semantic search over documents.", _R),
        ("Bulk delete contacts", _D),
        ("Looks up a contact", _R),
        ("Shuts down a host", _D),
        ("Take a screenshot of the page", _R),
        ("Select an option in a dropdown", _W),
        ("Version info and diagnostics", _R),
        ("Weather for a city", _R),
        ("Issue a refund to a customer", _D),
        ("Execute a trade on the exchange", _D),
        ("Disable two-factor authentication for an account", _D),
        ("Executes an M (Power Query) expression", _R),
        ("Notes of the team", _W),
    ],
)
def test_the_verb_is_found_where_it_stands(text: str, intent: Intent) -> None:
    assert lead_of(text).intent is intent


@pytest.mark.parametrize("text", ["", "Request a review", "Number seven", "Papers, dropped in a folder"])
def test_a_sentence_without_a_verb_that_is_known_says_nothing(text: str) -> None:
    assert lead_of(text).intent is None


def test_items_of_a_list_say_what_a_generic_verb_leaves_open() -> None:
    lead = lead_of("Manages playback with these operations: - get: Shows the track. - skip: Skips it.")
    assert (lead.intent, lead.generic) == (_W, True)
    assert lead_of('Manages a host.\n- "list": Lists.\n- "terminate": Ends it.').intent is _D
