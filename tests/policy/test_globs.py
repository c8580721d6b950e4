"""Globs: whole names, their case, no regular expressions, and no name that makes one slow."""

import pytest

from extproc.policy.globs import Globs, globs


@pytest.mark.parametrize(
    ("patterns", "fits", "fits_not"),
    [
        pytest.param(["delete"], ["delete"], ["delete_x", "xdelete", "Delete", "delete\n", "", "delete "], id="plain"),
        pytest.param(["*"], ["", "a", "a/b", "a\nb", "ä"], [], id="star"),
        pytest.param(
            ["delete_*"], ["delete_", "delete_x", "delete_\nx"], ["delete", "undelete_x", "DELETE_x"], id="end"
        ),
        pytest.param(["*_delete"], ["_delete", "a_delete"], ["a_delete_b", "a_delete\n"], id="start"),
        pytest.param(["a*b*c"], ["abc", "axbxc", "abbc", "abcbc"], ["ac", "acb", "abcx", "xabc"], id="middle"),
        pytest.param(["*a*"], ["a", "xax"], ["", "x"], id="anywhere"),
        pytest.param(["a*a"], ["aa", "aba"], ["a"], id="no-shared-character"),
        pytest.param(["a**b"], ["ab", "axb"], ["a", "b"], id="two-stars"),
        pytest.param(["*a?b*c"], ["axbc", "aaxbyc", "ab-axb-c"], ["abc"], id="mixed"),
        pytest.param(["?"], ["a", "\n", "ä", "*"], ["", "ab"], id="question-mark"),
        pytest.param(["a?c"], ["abc", "a?c", "a\nc"], ["ac", "abbc"], id="question-mark-inside"),
        pytest.param(["a.c"], ["a.c"], ["abc"], id="dot-is-literal"),
        pytest.param(["[ab]+(c|d)$^\\d{1}"], ["[ab]+(c|d)$^\\d{1}"], ["ac", "abc1"], id="regex-is-literal"),
        pytest.param(["a|b"], ["a|b"], ["a", "b"], id="bar-is-literal"),
        pytest.param(["ab", "a*c", "d"], ["ab", "ac", "axc", "d"], ["abd", "abc d", "c"], id="any-of-several"),
        pytest.param(["a", "ab"], ["a", "ab"], ["abb"], id="one-the-start-of-another"),
    ],
)
def test_a_glob_fits_whole_names_only(patterns: list[str], fits: list[str], fits_not: list[str]) -> None:
    compiled = globs(tuple(patterns))
    assert [name for name in fits if compiled.fullmatch(name) is None] == []
    assert [name for name in fits_not if compiled.fullmatch(name) is not None] == []


@pytest.mark.timeout(20)
@pytest.mark.parametrize("pattern", ["*a*a*a*a*a*b", "*delete*file*x", "*?a*?a*?a*?b"])
def test_no_name_makes_a_glob_slow(pattern: str) -> None:
    """A name is the peer's own and as long as a body: trying again between the stars would take days here."""
    assert globs((pattern,)).fullmatch("adeletefile" * 200_000) is None


def test_a_list_of_globs_fits_as_its_expression_does() -> None:
    plain, wild = Globs(["a", "b.c"]), Globs(["a", "b*"])
    assert [plain.fit(name) for name in ("a", "b.c", "b", "ab")] == [True, True, False, False]
    assert [wild.fit(name) for name in ("a", "b.c", "b", "ab")] == [True, True, True, False]
    assert (plain.literals, wild.literals) == (frozenset({"a", "b.c"}), None)
    assert (str(wild), Globs(("a", "b*")) == wild) == ("a, b*", True)


def test_no_globs_at_all_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="empty"):
        Globs([])
