"""What was found is treated the same everywhere in a message, and the message stays what it was."""

import base64
import json
from itertools import permutations
from random import Random
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extproc.mcp.pointer import Pointer, parse_pattern
from extproc.model.decision import Edit
from extproc.model.message import JsonObject, JsonValue
from extproc.policy.obligations import Operator, Redaction
from extproc.redact.apply import Rename
from extproc.redact.operators import Treated
from extproc.redact.plan import plan_edits
from extproc.redact.spans import for_vault, span_edits
from tests.redact.making import MARKING, edited, finding, leaves, outside_marks, result, search

ADA: Final = "ada@example.com"
MARK: Final = "[REDACTED:email]"
REDACT: Final = Operator.REDACT


def treated(document: JsonObject, *values: str, operator: Operator = REDACT, entity: str = "email") -> JsonObject:
    """Return a document in which these values were found everywhere."""
    found = search(document, dict.fromkeys(values, (entity, operator)))
    return edited(document, span_edits(document, found, MARKING))


def at(document: JsonObject, pointer: Pointer, start: int, end: int, operator: Operator = REDACT) -> JsonObject:
    found = [Treated(finding=finding(pointer, start, end), operator=operator)]
    return edited(document, span_edits(document, found, MARKING))


TEXT: Final[Pointer] = ("result", "content", 0, "text")
ROOT: Final[Pointer] = ("result", "structuredContent")


def test_a_span_of_a_text_becomes_a_mark_and_several_become_several() -> None:
    document = result(None, f"To {ADA} and bob@example.com.")
    assert treated(document, ADA, "bob@example.com") == result(None, f"To {MARK} and {MARK}.")


def test_nothing_found_is_nothing_done() -> None:
    assert span_edits(result(None, ADA), [], MARKING) == ()


def test_what_was_found_in_one_place_is_treated_wherever_it_stands() -> None:
    content: JsonValue = {"mail": ADA, ADA: [f"<{ADA}>", {"x": 1}], "n": 1}
    document = result(content, f"say {ADA}", json.dumps(content))
    after: JsonValue = {"mail": MARK, MARK: [f"<{MARK}>", {"x": 1}], "n": 1}
    assert at(document, TEXT, 4, 4 + len(ADA)) == result(after, f"say {MARK}", json.dumps(after))


def test_a_value_of_three_characters_is_not_looked_for_elsewhere() -> None:
    assert at(result("a cvv 123", "123"), TEXT, 0, 3) == result("a cvv 123", MARK)


def test_a_number_becomes_a_mark_and_so_does_the_same_number_in_json_in_text() -> None:
    document = result({"card": 4111111111111111, "n": 41}, '{"card": 4111111111111111, "n": 41}')
    after = treated(document, "4111111111111111")
    assert after == result({"card": MARK, "n": 41}, f'{{"card": "{MARK}", "n": 41}}')


def test_a_grouped_number_is_known_without_its_blanks() -> None:
    document = result({"card": 4111111111111111}, "4111 1111 1111 1111")
    assert at(document, TEXT, 0, 19) == result({"card": MARK}, MARK)


def test_a_value_has_one_pseudonym_however_it_is_spelled() -> None:
    document = result({"n": "Zoë Ünal", "u": "https://a/?q=Zo%C3%AB%20%C3%9Cnal"}, json.dumps(["Zoë Ünal"]))
    after = at(document, (*ROOT, "n"), 0, 8, Operator.PSEUDONYM)
    mark = {pointer: leaf for pointer, leaf, _ in leaves(after)}[*ROOT, "n"]
    assert after == result({"n": mark, "u": f"https://a/?q={mark}"}, json.dumps([mark]))


def test_short_digits_inside_a_longer_number_are_a_coincidence() -> None:
    document = result({"at": 1712345678, "pin": 1234}, "pin 1234")
    assert at(document, TEXT, 4, 8) == result({"at": 1712345678, "pin": MARK}, f"pin {MARK}")


def test_two_members_with_names_that_become_the_same_are_both_kept() -> None:
    document = result({"a@x.org": 1, "b@x.org": 2.5, MARK: 3, "z": 4})
    after = treated(document, "a@x.org", "b@x.org")
    assert after == result({f"{MARK} 2": 1, f"{MARK} 3": 2.5, MARK: 3, "z": 4})
    content = after["result"]["structuredContent"]  # type: ignore[index,call-overload]
    assert [*content] == [f"{MARK} 2", f"{MARK} 3", MARK, "z"]  # type: ignore[misc]


def test_names_in_json_in_text_stay_apart_too() -> None:
    [text] = [leaf for _, leaf, key in leaves(treated(result(None, '{"a@x.org":1,"b@x.org":2}'), "a@x.org", "b@x.org"))
              if str(leaf).startswith("{") and not key]  # fmt: skip
    assert text == f'{{"{MARK}":1,"{MARK} 2":2}}'


@pytest.mark.parametrize(
    ("content", "after"),
    [
        ({"a": ADA, "b": 1}, {"b": 1}),
        ({"a": [ADA, 1]}, {"a": [MARK, 1]}),
        (ADA, MARK),
        ({ADA: 1, "b": 2}, {"b": 2}),
        ({"a": {"b": f"mail {ADA}"}}, {"a": {}}),
        ({"a": json.dumps({"m": ADA, "n": 2})}, {}),
    ],
)
def test_dropping_takes_the_member_out_and_leaves_elements_in_their_places(
    content: JsonValue, after: JsonValue
) -> None:
    assert treated(result(content), ADA, operator=Operator.DROP) == result(after)


def test_what_the_protocol_needs_is_not_dropped() -> None:
    assert treated(result(None, ADA), ADA, operator=Operator.DROP) == result(None, MARK)


def test_a_value_that_was_dropped_elsewhere_is_only_marked_inside_of_a_text() -> None:
    found = [Treated(finding=finding((*ROOT, "a"), 0, len(ADA)), operator=Operator.DROP)]
    document = result({"a": ADA, "b": ADA, "c": f"to {ADA}"})
    assert edited(document, span_edits(document, found, MARKING)) == result({"c": f"to {MARK}"})


def test_a_blob_stays_base64() -> None:
    blob = base64.b64encode(f"name,mail\nAda,{ADA}\n".encode()).decode()
    document: JsonObject = {"result": {"contents": [{"uri": "a://b", "blob": blob}, {"uri": "a://c", "text": ADA}]}}
    whole = at(document, ("result", "contents", 0, "blob"), 0, len(blob))
    spread = at(document, ("result", "contents", 1, "text"), 0, len(ADA))
    held = [{pointer[-2:]: leaf for pointer, leaf, _ in leaves(one)}[0, "blob"] for one in (whole, spread)]
    assert [base64.b64decode(str(one)).decode() for one in held] == [MARK, f"name,mail\nAda,{MARK}\n"]


def test_the_protocol_and_the_definitions_of_tools_are_left_alone() -> None:
    document: JsonObject = {
        "id": ADA,
        "result": {"tools": [{"name": ADA}], "nextCursor": ADA, "_meta": {"a": [ADA]}, "requestState": {"a": ADA}},
        "params": {"name": ADA, "requestState": ADA, "_meta": {ADA: ADA}, "arguments": {"to": ADA}},
    }
    after = at(document, ("params", "arguments", "to"), 0, len(ADA))
    assert after == {**document, "params": {**document["params"], "arguments": {"to": MARK}}}  # type: ignore[dict-item]
    sealed: list[Pointer] = [("id",), ("result", "tools", 0, "name"), ("params", "_meta", ADA)]
    assert [at(document, pointer, 0, len(ADA)) for pointer in sealed] == [document] * 3


def test_a_value_spelled_like_a_word_of_the_protocol_is_not_looked_for_there() -> None:
    document = result({"type": "text"}, "text")
    after = at(document, (*ROOT, "type"), 0, 4)
    assert after == result({"type": MARK}, MARK)


@pytest.mark.parametrize(
    ("text", "start", "end", "after"),
    [
        ('{"a": "x y"}', 9, 10, f'{{"a": "x {MARK}"}}'),
        ('{"a": "x y"}', 6, 11, f'{{"a": "{MARK}"}}'),
        ('{"a": "x y"}', 4, 9, f'"{MARK}"'),
        ('{"a": 12.5e3}', 7, 9, f'{{"a": "{MARK}"}}'),
        ('{"a": true}', 6, 10, f'{{"a": "{MARK}"}}'),
        ('{"a": "\\u00e9x"}', 9, 14, f'{{"a": "{MARK}"}}'),
        ('{"a": "\\ud83d\\ude00x"}', 10, 15, f'{{"a": "{MARK}x"}}'),
        ('{"a": "{\\"b\\": 12}"}', 15, 16, f'{{"a": "{{\\"b\\": \\"{MARK}\\"}}"}}'),
        ('one {"a": 1} two', 2, 8, f"on{MARK} two"),
        ('one {"a": 1} two', 10, 14, f"one {MARK}wo"),
        ('{"a": 1}\n{"a": 22}', 15, 17, f'{{"a": 1}}\n{{"a": "{MARK}"}}'),
        ('{"a": 1', 6, 7, f'{{"a": {MARK}'),
    ],
)
def test_json_inside_a_text_stays_json(text: str, start: int, end: int, after: str) -> None:
    assert at(result(None, text), TEXT, start, end) == result(None, after)


def test_spans_that_overlap_become_one_mark_of_the_strictest() -> None:
    document = result(None, "0123456789")
    spans = [(0, 4, "a", Operator.TOKENIZE), (3, 6, "b", Operator.REDACT), (8, 9, "c", Operator.HASH)]
    found = [Treated(finding=finding(TEXT, *span[:3]), operator=span[3]) for span in spans]
    texts = {str(edited(document, span_edits(document, order, MARKING))) for order in permutations(found)}
    assert len(texts) == 1
    assert "'[REDACTED:b]67[C:" in texts.pop()


def test_one_value_found_as_two_things_is_treated_as_the_stricter_everywhere() -> None:
    document = result(["abcdef", "abcdef"])
    found = [
        Treated(finding=finding((*ROOT, 0), 0, 6, "a"), operator=Operator.PSEUDONYM),
        Treated(finding=finding((*ROOT, 1), 0, 6, "b"), operator=Operator.REDACT),
    ]
    assert edited(document, span_edits(document, found, MARKING)) == result(["[REDACTED:b]"] * 2)


def test_the_vault_is_given_each_value_once_as_it_is_read() -> None:
    name = 'Zoë "Z" Smith'
    document = result({"n": name}, json.dumps({"n": name, "m": ADA}))
    found = search(document, {name: ("person", Operator.TOKENIZE), ADA: ("email", Operator.REDACT)})
    assert [(sort.entity, text) for sort, text in for_vault(document, found)] == [("person", name)]


def test_pointer_redactions_see_what_was_found() -> None:
    document = result({"a": ADA, "b": f"{ADA} code", "c": {"d": ADA}, "e": ADA}, ADA)
    found = span_edits(document, search(document, {ADA: ("email", REDACT)}), MARKING)
    redactions = [
        Redaction(pattern=parse_pattern("/result/structuredContent/a"), replacement="-"),
        Redaction(pattern=parse_pattern("/result/**"), replacement="-", text="code"),
        Redaction(pattern=parse_pattern("/result/structuredContent/c"), replacement="-"),
    ]
    strip = [parse_pattern("/result/structuredContent/e")]
    edits = plan_edits(document, redactions, strip, found=found)
    assert edited(document, edits) == result({"a": "-", "b": f"{MARK} -", "c": "-"}, MARK)


def test_a_new_name_and_a_dropped_member_are_planned_with_the_rest() -> None:
    document = result({"x": {ADA: {"a": 1}}, "y": {ADA: 1}, "z": 1})
    found = (
        Rename(pointer=(*ROOT, "x", ADA), name=MARK),
        Rename(pointer=(*ROOT, "y", ADA), name=MARK),
        Edit(pointer=(*ROOT, "z"), remove=True),
    )
    redactions = [
        Redaction(pattern=parse_pattern("/result/structuredContent/x/*/a"), replacement="-"),
        Redaction(pattern=parse_pattern("/result/structuredContent/y"), replacement="-"),
    ]
    edits = plan_edits(document, redactions, found=found)
    assert edited(document, edits) == result({"x": {MARK: {"a": "-"}}, "y": "-"})


# --- properties

VALUES: Final = [
    ADA,
    "Zoë Ünal",
    'a"b\\c',
    "4111111111111111",
    "line\nbreak",
    "12345678",
    "\\u00e9x",
    "😀 smile",
    "x]y{z",
]
OPERATORS: Final = st.sampled_from([one for one in Operator if one is not Operator.MASK])
WANTED: Final = st.dictionaries(st.sampled_from(VALUES), st.tuples(st.sampled_from("ab"), OPERATORS), min_size=1)
PIECES: Final = st.lists(st.sampled_from([*VALUES, " ", '"', "{", "[1]", "\\", ":", "text"]), max_size=4).map("".join)
SCALARS: Final = st.one_of(PIECES, st.sampled_from([4111111111111111, 12345678, 12.5, 0, True, None]))
TREES: Final = st.recursive(
    SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(PIECES, below, max_size=3), max_leaves=6
)


def in_text(tree: JsonValue) -> st.SearchStrategy[str]:
    """Return texts in which a tree stands as JSON: alone, in prose, on lines, and twice over."""
    forms = [json.dumps(tree), json.dumps(tree, ensure_ascii=False), json.dumps(tree, indent=1)]
    forms += [json.dumps({"inner": forms[0]}), json.dumps([json.dumps({"in": forms[1]})])]
    return st.sampled_from([*forms, f"see: {forms[0]}, done", f"{forms[0]}\n{forms[1]}"])


DOCUMENTS: Final = st.tuples(TREES, TREES.flatmap(in_text), PIECES).map(lambda parts: result(parts[0], *parts[1:]))


def is_json(text: str) -> bool:
    try:
        json.JSONDecoder(strict=False).decode(text)
    except ValueError:
        return False
    return True


@settings(max_examples=300)
@given(DOCUMENTS, WANTED, st.randoms(use_true_random=False))
def test_nothing_is_left_json_stays_json_and_order_does_not_matter(
    document: JsonObject, wanted: dict[str, tuple[str, Operator]], random: Random
) -> None:
    found = search(document, wanted)
    edits = span_edits(document, found, MARKING)
    after = edited(document, edits)
    assert json.loads(json.dumps(after)) == after
    for pointer, leaf, _ in leaves(after):
        assert not [value for value in wanted if value in outside_marks(str(leaf))], pointer
    for (_, before, _), (_, now, _) in zip(leaves(document), leaves(after), strict=False):
        if len([*leaves(document)]) == len([*leaves(after)]) and isinstance(before, str) and before[:1] in "[{":
            assert is_json(str(now)) or not is_json(before)
    shuffled = [*found]
    random.shuffle(shuffled)
    assert span_edits(document, shuffled, MARKING) == edits


@settings(max_examples=200)
@given(DOCUMENTS, WANTED)
def test_redacting_twice_is_redacting_once(document: JsonObject, wanted: dict[str, tuple[str, Operator]]) -> None:
    once = edited(document, span_edits(document, search(document, wanted), MARKING))
    assert span_edits(once, search(once, wanted), MARKING) == ()


@given(DOCUMENTS, WANTED, st.data())
def test_one_finding_is_enough_for_all_places(
    document: JsonObject, wanted: dict[str, tuple[str, Operator]], data: st.DataObject
) -> None:
    found = search(document, wanted)
    if not found:
        return
    [value] = data.draw(st.lists(st.sampled_from(sorted(wanted)), min_size=1, max_size=1))
    mine = search(document, {value: wanted[value]})
    if not mine:
        return
    one = data.draw(st.sampled_from(mine))
    if isinstance(next(leaf for pointer, leaf, _ in leaves(document) if pointer == one.finding.pointer), str):
        assert span_edits(document, [one], MARKING) == span_edits(document, mine, MARKING) or one.operator == "drop"
