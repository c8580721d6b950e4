"""The scan of a message: places, members, limits, threads, and what holds for any document."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extproc.detect import passing
from extproc.detect.detector import Candidate, Detector
from extproc.detect.matching import MAX_MATCHES, expressions_of
from extproc.detect.scanner import MAX_FINDINGS, Scanner
from extproc.mcp.pointer import Pointer
from extproc.model.finding import Category, Finding
from extproc.model.marks import named, redacted
from extproc.model.message import JsonValue
from tests.detect.samples import DETECTORS, ENGINES, SCANNER, TOKEN, places, scanner, spans
from tests.detecting import detection

_JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from([TOKEN, "a@b.example"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | st.just(TOKEN), inner, max_size=4)
    ),
    max_leaves=20,
)


def _at(document: JsonValue, finding: Finding) -> str:
    value: JsonValue = document
    for part in finding.pointer:
        value = value[part]  # type: ignore[index]  # pointers lead through what is there
    return str(finding.pointer[-1]) if finding.in_key else value if isinstance(value, str) else repr(value)


def test_values_numbers_and_names_are_scanned() -> None:
    document: JsonValue = {"a": [f"x {TOKEN}"], "card": 4111111111111111, TOKEN: None, "b": {TOKEN: True}}
    found = [(one.entity, one.pointer, one.start, one.end, one.in_key) for one in SCANNER.scan(document).findings]
    assert found == [
        ("zz_token", ("a", 0), 2, 42, False),
        ("zz_token", ("b", TOKEN), 0, 40, True),
        ("card", ("card",), 0, 16, False),
        ("zz_token", (TOKEN,), 0, 40, True),
    ]


def test_places_count_code_points() -> None:
    assert spans(f"é€😀 {TOKEN} ü") == [("zz_token", 4, 44)]
    assert spans(f"\ud800 {TOKEN}") == [("zz_token", 2, 42)]


def test_members_that_are_skipped_have_no_findings() -> None:
    def skip(pointer: Pointer) -> bool:
        return pointer[:1] == ("a",)

    findings = SCANNER.scan({"a": {"x": TOKEN}, "b": TOKEN}, skip=skip).findings
    assert [finding.pointer for finding in findings] == [("b",)]


def test_images_and_sounds_are_told_and_not_read_as_text() -> None:
    image = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40).decode()
    scan = SCANNER.scan({"content": [{"type": "image", "data": image, "mimeType": "image/png"}]})
    assert (scan.findings, scan.media) == ((), (("content", 0, "data"),))


def test_text_that_says_it_is_an_image_is_found_out() -> None:
    text = base64.b64encode(f"the token: {TOKEN}".encode()).decode()
    [finding] = SCANNER.scan({"type": "image", "data": text}).findings
    assert (finding.entity, finding.start, finding.end) == ("zz_token", 0, len(text))


def test_chance_hits_in_long_runs_do_not_count_and_long_tokens_do() -> None:
    detector = Detector(
        id="k", entity="k", category=Category.SECRET, pattern="kk[A-Za-z0-9]{10,500}", bare=True, reach=502
    )
    scan = scanner([detector])
    assert places(scan.scan_text("A" * 500 + "kk" + "b" * 10 + "/" + "A" * 500)) == []
    assert places(scan.scan_text("kk" + "b" * 450)) == [("k", 0, 452)]


def test_a_value_named_a_password_is_found_whatever_it_looks_like() -> None:
    found = SCANNER.scan(
        {"password": "Hunter2!horse", "env": [{"name": "DB_PASSWORD", "value": "Xk29dkd0sl"}]}
    ).findings
    assert [one.pointer for one in found] == [("env", 0, "value"), ("password",)]


def test_a_token_known_by_its_name_is_found_in_a_member_as_in_a_text() -> None:
    acme = Detector(
        id="acme", entity="acme_key", category=Category.SECRET, pattern="acme[a-z_]{0,10}[:=] ?([0-9a-f]{16})", group=1
    )
    scan = scanner([acme])
    assert places(scan.scan_text("acme_id: 00112233445566ff")) == [("acme_key", 9, 25)]
    assert places(scan.scan({"acme_id": "00112233445566ff"})) == [("acme_key", 0, 16)]
    assert places(scan.scan({"other": "00112233445566ff"})) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_token_that_is_a_line_is_found_whatever_it_is_called(engine: str) -> None:
    line = Detector(id="l", entity="line", category=Category.PII, pattern="^[0-9]{12}$")
    name = Detector(id="n", entity="name", category=Category.PII, pattern="id: ([0-9]{6})[0-9]{6}", group=1, bare=True)
    scan = scanner([line, name], engine)
    assert places(scan.scan({"number": "123456789012"})) == [("line", 0, 12)]
    assert places(scan.scan({"id": 123456789012})) == [("line", 0, 12)]
    assert places(scanner([name], engine).scan({"id": 123456789012})) == [("name", 0, 6)]


def test_numbers_as_short_as_a_detector_finds_are_scanned() -> None:
    pin = Detector(id="p", entity="pin", category=Category.PII, pattern="[0-9]{3}")
    assert places(scanner([pin]).scan({"a": 123, "b": 12, "c": [-456, 1234]})) == [("pin", 0, 3), ("pin", 1, 4)]


def test_what_only_a_name_tells_is_nothing_when_it_is_off() -> None:
    document: JsonValue = {"password": "Hunter2!horse", "cvv": 123}
    engine = ENGINES["hyperscan"](expressions_of(DETECTORS))
    for off in ({"named_secret"}, {"named-secret"}):
        scan = Scanner(DETECTORS, {}, engine, key=b"k", off=off)
        assert [one.entity for one in scan.scan(document).findings] == ["cvv"]
        assert "named_secret" not in scan.names()
    assert Scanner(DETECTORS, {}, engine, key=b"k", off={"cvv", "named_secret"}).scan(document).findings == ()


@pytest.mark.parametrize("text", [redacted("zz_token"), named("email", "abcdefgh"), f"to {named('card', 'a' * 26)}"])
def test_our_own_marks_are_clean(text: str) -> None:
    word = Detector(id="w", entity="w", category=Category.CUSTOM, pattern="[A-Za-z_:\\[\\]0-9]{4,200}", bare=True)
    assert places(scanner([word, *DETECTORS]).scan({"pw": text})) == []


def test_what_stands_beside_a_mark_is_found_without_the_mark() -> None:
    word = Detector(id="w", entity="w", category=Category.CUSTOM, pattern=r"key=([^\s]{4,200})", group=1)
    text = f"key=abcdef{redacted('x')}gh"
    assert places(scanner([word]).scan_text(text)) == [("w", 4, 10)]


def test_fingerprints_are_equal_for_equal_values_and_differ_by_key() -> None:
    first, second = SCANNER.scan({"a": "Ann@Mail.example", "b": "x ann@mail.example"}).findings
    other = Scanner(DETECTORS, {}, ENGINES["hyperscan"](expressions_of(DETECTORS)), key=b"other")
    assert first.fingerprint == second.fingerprint
    assert other.scan_text("ann@mail.example").findings[0].fingerprint != first.fingerprint
    assert len(first.fingerprint) == 16


def test_more_findings_than_the_limit_make_a_scan_incomplete() -> None:
    scan = SCANNER.scan([TOKEN] * (MAX_FINDINGS + 1))
    assert (len(scan.findings), scan.incomplete) == (MAX_FINDINGS, True)


def test_a_flood_of_matches_makes_a_scan_incomplete() -> None:
    flood = Detector(id="f", entity="f", category=Category.CUSTOM, pattern="[a-z]", bare=True, entropy=8)
    assert scanner([flood]).scan_text("a " * MAX_MATCHES).incomplete


def test_an_error_in_a_validator_is_not_swallowed() -> None:
    def broken(_candidate: Candidate) -> float | None:
        raise ZeroDivisionError

    detector = Detector(id="x", entity="x", category=Category.PII, pattern="abc", validator="broken")
    scan = Scanner([detector], {"broken": broken}, ENGINES["hyperscan"](expressions_of([detector])), key=b"k")
    with pytest.raises(ZeroDivisionError):
        scan.scan_text("abc")


def test_a_prepared_scanner_finds_the_same() -> None:
    prepared = scanner()
    prepared.prepare()
    assert prepared.scan_text(f"x {TOKEN}") == SCANNER.scan_text(f"x {TOKEN}")


def test_the_entities_are_known_beforehand() -> None:
    assert SCANNER.names() >= {"zz_token", "email", "card"}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(_JSON)
def test_no_document_breaks_a_scan_and_places_lie_in_their_strings(document: JsonValue) -> None:
    scan = SCANNER.scan(document)
    assert scan == SCANNER.scan(document)
    for finding in scan.findings:
        assert 0 <= finding.start < finding.end <= len(_at(document, finding))


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60), st.text(max_size=60))
def test_a_token_in_any_text_is_found_by_every_engine_alike(before: str, after: str) -> None:
    text = f"{before} {TOKEN} {after}"
    found = [scanner(engine=name).scan_text(text) for name in ENGINES]
    assert found[0] == found[1] == found[2]
    assert any(one.start <= len(before) + 1 and one.end >= len(before) + 41 for one in found[0].findings)


@settings(deadline=None)
@given(st.lists(st.sampled_from([TOKEN, "ann@mail.example", "card 4111 1111 1111 1111", "a", "é", "%40"]), max_size=6))
def test_how_texts_are_divided_among_members_changes_nothing(texts: list[str]) -> None:
    together = SCANNER.scan(list(texts)).findings
    apart = [(one.entity, one.start, one.end) for text in texts for one in SCANNER.scan_text(text).findings]
    assert [(one.entity, one.start, one.end) for one in together] == apart


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([TOKEN, "a@b.example", " ", "\n", "x", "é", "]", "[", "=", "\\", "%41", json.dumps("\n")]))
)
def test_a_redacted_text_is_clean(parts: list[str]) -> None:
    text = "".join(parts)
    for finding in reversed(SCANNER.scan_text(text).findings):
        text = text[: finding.start] + redacted(finding.entity) + text[finding.end :]
    assert SCANNER.scan_text(text).findings == ()


def test_threads_scan_at_the_same_time() -> None:
    text = f"card 4111111111111111 {TOKEN} " * 50
    with ThreadPoolExecutor(4) as pool:
        scans = list(pool.map(SCANNER.scan_text, [text] * 40))
    assert all(scan == scans[0] for scan in scans)


def test_a_message_with_more_than_can_be_redacted_is_not_searched_to_its_end() -> None:
    many = "\n".join(f"user{number}@example.com" for number in range(60_000))
    scan = detection().scanner.scan_text(many)
    assert (len(scan.findings), scan.incomplete) == (MAX_FINDINGS, True)
    assert max(finding.end for finding in scan.findings) < len(many) / 5


def test_places_that_turn_out_to_be_nothing_are_judged_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = " ".join(str(4000000000000000 + number * 7) for number in range(300))
    assert detection().scanner.scan_text(numbers).incomplete is False
    monkeypatch.setattr(passing, "MOST_JUDGED", 50)
    assert detection().scanner.scan_text(numbers).incomplete is True
