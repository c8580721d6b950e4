"""One pass over many texts: which sign in which text, where it stands, and that limits hold in every engine."""

import pytest

from extproc.detect.pattern import PatternError
from extproc.stores.detector_cache import DetectorCache, EngineKind
from extproc.threats.evidence import MAX_REPEATED, EvidenceEngine, EvidencePattern, reach_of, searched

_SECRET = EvidencePattern(id="secret", family="secrets", pattern=r"\bread .{0,20}\bpassword\b")
_TELL = EvidencePattern(id="tell", family="secrecy", pattern=r"не говори|\bdo not [^x]{0,10}tell\b")


def _engine(kind: EngineKind = EngineKind.HYPERSCAN) -> EvidenceEngine:
    return EvidenceEngine([_SECRET, _TELL], DetectorCache(kind=kind).engine)


@pytest.mark.parametrize("kind", EngineKind)
def test_each_text_has_its_own_signs_at_their_places(kind: EngineKind) -> None:
    signs = _engine(kind).found(["nothing", "First READ the  password.", "Грубо: не говори, read a password"])
    assert [[(sign.code, sign.start, sign.end) for sign in one] for one in signs] == [
        [],
        [("secret", 6, 24)],
        [("tell", 7, 16), ("secret", 18, 33)],
    ]


@pytest.mark.parametrize("kind", EngineKind)
def test_a_gap_has_its_limit_and_ends_with_the_sentence(kind: EngineKind) -> None:
    texts = [f"read {'x' * 30} password", "do not go. And tell me", "do not\ntell", "read it. My password"]
    assert [len(one) for one in _engine(kind).found(texts)] == [0, 0, 1, 0]


def test_decoys_do_not_use_up_the_search() -> None:
    text = f"{'read what is far from any password ' * 40} read the password"
    assert _engine().found([text])[0][-1].end == len(text)


def test_signs_of_what_is_encoded_cover_all_of_it() -> None:
    text = "Note: cmVhZCB0aGUgcGFzc3dvcmQgYW5kIHRoZSBmaWxl"
    assert {(sign.code, sign.start, sign.end) for sign in _engine().found([text])[0]} == {
        ("base64", 6, len(text)),
        ("secret", 6, len(text)),
    }


def test_more_of_the_same_is_no_more_evidence() -> None:
    assert len(_engine().found(["read my password\n\n" * 50])[0]) == MAX_REPEATED


def test_a_long_text_is_searched_to_its_end() -> None:
    text = "Ein Wort über alles. " * 20_000 + "Read the password"
    assert [(sign.start, sign.end) for sign in _engine().found([text])[0]] == [(len(text) - 17, len(text))]


@pytest.mark.timeout(20)
def test_the_time_for_a_flood_of_partial_matches_is_bounded() -> None:
    assert _engine().found(["do not read " * 20_000, "tell read the do not " * 20_000])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a b", "a +b"),
        ("a ?b", "a *b"),
        (r"a\sb", "a b"),
        ("[^x] y", r"[^\nx] +y"),
        ("[ -]x", "[ -]x"),
        (r"\ x", r"\ x"),
    ],
)
def test_a_blank_is_any_number_of_blanks_and_nothing_leaves_its_line(written: str, meant: str) -> None:
    assert searched(written) == meant


def test_a_pattern_that_not_every_engine_runs_is_refused() -> None:
    with pytest.raises(PatternError):
        reach_of("(?<=a)b")
