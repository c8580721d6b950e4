"""Addresses of digital money by their checksums."""

import pytest

from extproc.detect.detector import Candidate
from extproc.detect.personal.crypto import VALIDATORS, is_bech32, is_cashaddr

# Published examples: the first block of Bitcoin, BIP-173, BIP-350, the XRP Ledger and the cashaddr documentation.
_KNOWN = {
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa": "base58_address",
    "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh": "base58_address",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4": "bech32_address",
    "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a": "cash_address",
}


@pytest.mark.parametrize(("text", "name"), _KNOWN.items())
def test_a_published_address_is_one(text: str, name: str) -> None:
    assert VALIDATORS[name](Candidate(text=text))


@pytest.mark.parametrize(("text", "name"), _KNOWN.items())
def test_one_changed_letter_is_no_address(text: str, name: str) -> None:
    for place in range(len("bitcoincash:") + 1, len(text)):
        changed = text[:place] + ("a" if text[place] != "a" else "c") + text[place + 1 :]
        assert VALIDATORS[name](Candidate(text=changed)) is None


def test_both_kinds_of_bech32_are_known_and_mixed_case_is_none() -> None:
    assert is_bech32("bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr")
    assert not is_bech32("bc1QW508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")
    assert not is_bech32("bc1b")


def test_a_cash_address_may_go_without_its_prefix() -> None:
    assert is_cashaddr("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a")
    assert not is_cashaddr("obi")


def test_forty_digits_are_an_address_unless_they_are_a_hash() -> None:
    validator = VALIDATORS["ethereum_address"]
    text = "0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe"
    assert validator(Candidate(text=text, before="send it to "))
    assert validator(Candidate(text=text, label="tx hash")) is None
    assert validator(Candidate(text=text, before="commit ")) is None
    assert validator(Candidate(text="0x" + "0" * 36 + "dead")) is None


def test_a_bare_key_needs_a_name() -> None:
    validator = VALIDATORS["solana_address"]
    text = "7v91N7iZ9mNicL8WfG6cgSCKyRXydQjLh6UYBWwm6y1Q"
    assert validator(Candidate(text=text, before="solana wallet "))
    assert validator(Candidate(text=text)) is None
    assert validator(Candidate(text="0" + text[1:], before="wallet ")) is None
