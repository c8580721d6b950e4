"""What a text names: each target in one spelling."""

import pytest

from extproc.sessions.targets import MAX_TARGETS, addressed, host_of, number, plain, targets_of


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("write to Ann.Lee@Mail.Example now", "ann.lee@mail.example"),
        ("see https://www.pages.example/a/b?c=1.", "pages.example"),
        ("see https://www.pages.example/a/b", "pages.example/a/b"),
        ("the page www.pages.example", "pages.example"),
        ("pay to DE89 3704 0044 0532 0130 00 today", "de89370400440532013000"),
        ("account GB29NWBK60161331926819", "gb29nwbk60161331926819"),
        ("the file report-final.docx", "report-final.docx"),
        ("set it to new_value", "new_value"),
        ("password Sk4ka!78 is new", "sk4ka!78"),
        ("tell @zk-43", "zk-43"),
        ("stay at the Hotel Royal Graz", "hotel royal graz"),
    ],
)
def test_targets_that_hardly_occur_by_chance_are_known_in_one_spelling(text: str, target: str) -> None:
    assert target in targets_of(text).hard


@pytest.mark.parametrize(
    "quote", ["'Board minutes'", '"Board minutes"', "`Board minutes`", "\u201cBoard minutes\u201d"]
)
def test_quoted_words_are_a_target_whatever_the_marks(quote: str) -> None:
    assert targets_of(f"look for {quote} first").quoted == ("board minutes",)


def test_what_stands_in_quotes_is_read_as_well() -> None:
    assert "ann@mail.example" in targets_of("send it to 'ann@mail.example'").hard


def test_names_and_numbers_are_soft() -> None:
    found = targets_of("give Alice 1,000.00 of the old-stock on 2030-01-02")
    assert found.hard == ()
    assert found.soft == ("alice", "1000", "old-stock", "2030-01-02")


def test_spelling_does_not_count() -> None:
    assert plain("  'Big   Bang!' ") == plain("big bang") == "big bang"
    assert number("2,500.50") == number("2500.5") == "2500.5"
    assert host_of("https://user@WWW.Pages.example:8443/x") == "pages.example"


def test_data_gives_its_addresses_hosts_accounts_and_full_names() -> None:
    text = "from: ann@mail.example, site https://a.example/x, acct 12345678, by Ann Lee on 2030-01-02, low"
    assert set(addressed(text)) == {"ann lee", "ann@mail.example", "a.example", "12345678"}


def test_a_text_full_of_targets_gives_some_of_them() -> None:
    found = targets_of(" ".join(f"p{number}@mail.example" for number in range(500)))
    assert len(found.hard) == MAX_TARGETS


def test_long_odd_texts_take_no_longer_than_others() -> None:
    for text in ("a." * 50_000 + "1", "1," * 50_000, "A" * 100_000, "'" * 100_000, "a-" * 50_000, "@" * 100_000):
        targets_of(text)
        list(addressed(text))
