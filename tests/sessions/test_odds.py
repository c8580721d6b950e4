"""Log-odds of traits, and the certainty that they add up to."""

from extproc.sessions.odds import BIAS, likelihood, weighed


def test_traits_add_up_by_their_size() -> None:
    assert weighed({"whoever": 1.0, "words": 0.5}) == weighed({"whoever": 1.0}) + weighed({"words": 1.0}) / 2
    assert weighed({}) == 0.0


def test_a_trait_without_a_weight_says_nothing() -> None:
    assert weighed({"of another version": 1.0}) == 0.0


def test_who_speaks_to_any_reader_is_likelier_an_attacker_than_who_wishes_politely() -> None:
    assert weighed({"whoever": 1.0}) > 0 > weighed({"wish": 1.0, "please": 1.0})


def test_the_certainty_is_a_half_at_the_threshold_and_stays_within_bounds() -> None:
    assert likelihood(-BIAS) == 0.5
    assert likelihood(1e9) <= 1.0
    assert likelihood(-1e9) >= 0.0
    assert likelihood(1.0) < likelihood(2.0)
