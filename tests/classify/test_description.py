"""What descriptions say: the verbs that open them, and not the verbs they mention."""

import pytest

from extproc.classify.codes import worst
from extproc.classify.description import read_description
from extproc.model.intent import Intent

_R, _W, _D = Intent.READ, Intent.WRITE, Intent.DESTRUCTIVE


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Get a pod. Use delete_pod to delete it.", _R),
        ("START HERE for X: List tables. NEXT: drop nothing.", _R),
        ("This tool allows you to delete old records.", _D),
        ("Create, patch, or delete a rule.", _D),
        ("Lists members who can create and delete the channel.", _R),
        ("Copies a file and deletes the source.", _D),
        ("Manage a machine: start, stop, or restart it.", _D),
        ("Creates a note. This cannot be undone.", _D),
        ("Shows a preview. It does not overwrite existing files.", _R),
        ("Writes a file, overwriting the existing one: it overwrites existing content.", _D),
        ("Create chat completions with a model.", _R),
        ("Transfer ownership of an app to another team.", _D),
    ],
)
def test_the_opening_verbs_give_the_class(text: str, intent: Intent) -> None:
    assert worst(read_description(text).marks) is intent


def test_a_description_without_a_verb_says_nothing() -> None:
    assert read_description("Number seven").marks == ()
    assert read_description("").marks == ()


def test_an_offer_to_run_anything_is_seen_unless_it_only_reads() -> None:
    assert read_description("Executes an arbitrary shell command.").executes
    assert not read_description("Executes a read-only SQL query and returns rows.").executes


def test_what_was_written_before_is_not_anything() -> None:
    assert not read_description("Executes predefined SQL queries against a database.").executes
    assert read_description("Execute code or commands in a sandbox.").executes_first


def test_a_place_on_a_disk_is_seen() -> None:
    assert read_description("Download media to a local path.").saves
    assert not read_description("Download media of a local group.").saves


def test_only_the_beginning_is_read() -> None:
    assert read_description("Lists rows. " + "x " * 2000 + "This cannot be undone.").marks == (
        ("description_verb", _R),
    )
