"""What is remarked of an offer."""

import pytest

from extproc.model.intent import Intent
from extproc.model.message import JsonObject
from extproc.vetting.judging import vet
from extproc.vetting.offer import Kind
from extproc.vetting.report import Level, Remark, Report
from tests.vetting.offering import NOW, POISON, TAGGED, judges, offer, report, tool

_TOKEN = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6"


def rules(found: Report, *levels: Level) -> list[tuple[str, str]]:
    return [(one.name, one.rule) for one in found.remarks if one.level in (levels or tuple(Level))]


def grave(found: Report) -> list[Remark]:
    return [one for one in found.remarks if one.level is Level.ERROR]


def test_a_clean_offer_has_no_remarks() -> None:
    found = report(tool("get_weather"))
    assert (found.clean, found.remarks) == (True, ())
    assert (found.server, found.version, found.counts[Kind.TOOL]) == ("vetted", "1.0", 1)


def test_a_poisoned_description_is_an_error_with_its_families_the_heaviest_first() -> None:
    found = report(tool("add", POISON))
    (one,) = grave(found)
    assert (one.name, one.pointer, one.rule) == ("add", ("description",), f"poisoning/{one.families[0]}")
    weights = [found.families[name].weight for name in one.families]
    assert weights == sorted(weights, reverse=True)
    assert "secrecy" in one.families
    assert found.tools[0].score == one.score


@pytest.mark.parametrize("kind", [Kind.PROMPT, Kind.RESOURCE, Kind.TEMPLATE])
def test_every_list_is_judged(kind: Kind) -> None:
    entry: JsonObject = {"name": "one", "uri": "note://1", "uriTemplate": "note://{a}", "description": POISON}
    (one,) = grave(vet(offer(lists={kind: [entry]}), judges(), NOW))
    assert one.kind is kind


def test_instructions_are_judged() -> None:
    (one,) = grave(report(introduction={"instructions": POISON}))
    assert (one.kind, one.pointer) == (Kind.SERVER, ("instructions",))


def test_hidden_text_is_read_aloud() -> None:
    found = report(tool("count", TAGGED))
    assert ("count", "concealed/tag-characters") in rules(found, Level.NOTE)
    assert not found.clean


def test_a_secret_counts_and_is_not_shown() -> None:
    found = report(tool("notes", f"Authorised by {_TOKEN} if asked."))
    assert rules(found, Level.WARNING) == [("notes", "secret/github_token")]
    assert all(_TOKEN not in one.excerpt for one in found.remarks)


def test_an_address_in_a_description_is_only_noted() -> None:
    found = report(tool("mail", "Return mails. Ask ada.sample@example.com about it."))
    assert found.clean
    assert ("mail", "pii/email") in rules(found, Level.NOTE)


def test_two_definitions_under_one_name_and_nameless_ones_are_told() -> None:
    found = report(tool("a"), tool("a", "Return the time of a city."), {"description": "b"})
    assert rules(found, Level.WARNING) == [("", "definition/nameless"), ("a", "definition/doubled")]


def test_a_claim_to_read_that_the_name_contradicts_is_noted() -> None:
    found = report(tool("delete_file", "Delete a file of a city.", annotations={"readOnlyHint": True}))
    assert ("delete_file", "definition/read_only_claim") in rules(found, Level.NOTE)
    assert found.tools[0].claims == ("readOnly",)
    assert found.tools[0].intent is Intent.DESTRUCTIVE


def test_a_header_that_comes_back_is_told() -> None:
    found = vet(offer(tool("get_weather"), echoed=True), judges(), NOW)
    assert rules(found, Level.WARNING) == [("", "definition/echoed_header")]
