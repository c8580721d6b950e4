"""Addresses of digital money: base58check, bech32 and their like, and what only has the form."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Final

from extproc.detect.detector import Candidate, Validators
from extproc.detect.personal.surroundings import about, checked, named

_BASE58: Final = {one: value for value, one in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}
_RIPPLE: Final = {one: value for value, one in enumerate("rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz")}
_BECH32: Final = {one: value for value, one in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CASHADDR: Final = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)
_BECH32_SUMS: Final = frozenset({1, 0x2BC830A3})  # bech32 and bech32m (BIP-350)
_CHECKSUM_BYTES: Final = 4
_COIN: Final = named(
    "crypto(?:currency)?", "wallets?", "eth(?:ereum)?", "ether", "bitcoin", "btc", "usdt", "usdc", "token", "coins?",
    "solana",
    "sol", "monero", "xmr", "ledger", "metamask", "blockchain", "address", "addr", "recipient", "payout", "deposit",
    "withdraw(?:al)?", "send", "sent", "pay", "donat(?:e|ion)s?", "transfer", "from", "to", "polygon", "bsc", "erc ?20",
    "cardano", "ada", "tezos", "polkadot", "contract", "holder", "owner",
)  # fmt: skip
_HASH: Final = named(
    "hash", "sha", "sha1", "commit", "digest", "tx(?:id| ?hash)?", "checksum", "etag", "revision", "oid", "object"
)


def _base58_bytes(text: str, alphabet: dict[str, int]) -> bytes:
    number = 0
    for one in text:
        number = number * 58 + alphabet[one]
    zero = next(iter(alphabet))
    return b"\0" * (len(text) - len(text.lstrip(zero))) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _is_base58check(*sizes: int, alphabet: dict[str, int] = _BASE58) -> Callable[[str], bool]:
    """Return the check of an address of so many bytes (checksum included)."""

    def check(text: str) -> bool:
        try:
            data = _base58_bytes(text, alphabet)
        except KeyError:
            return False
        body, checksum = data[:-_CHECKSUM_BYTES], data[-_CHECKSUM_BYTES:]
        return len(data) in sizes and hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4] == checksum

    return check


_IS_BITCOIN: Final = _is_base58check(25, 26)
_IS_RIPPLE: Final = _is_base58check(25, alphabet=_RIPPLE)


def _is_base58_address(text: str) -> bool:
    """Whether it is an address of Bitcoin and its like, of Tron or of the XRP Ledger, whose alphabet differs."""
    return _IS_RIPPLE(text) if text.startswith("r") else _IS_BITCOIN(text)


def _remainder(values: Iterable[int], generator: tuple[int, ...], low_bits: int) -> int:
    checksum = 1
    for value in values:
        top = checksum >> low_bits
        checksum = (checksum & ((1 << low_bits) - 1)) << 5 | value
        for bit, term in enumerate(generator):
            checksum ^= term if top >> bit & 1 else 0
    return checksum


def is_bech32(text: str) -> bool:
    """Whether the checksum of bech32 or bech32m fits (BIP-173, BIP-350)."""
    if text not in {text.lower(), text.upper()}:
        return False
    prefix, _, data = text.lower().rpartition("1")
    try:
        values = [_BECH32[one] for one in data]
    except KeyError:
        return False
    expanded = [ord(one) >> 5 for one in prefix] + [0] + [ord(one) & 31 for one in prefix]
    return bool(prefix) and _remainder(expanded + values, _GENERATOR, 25) in _BECH32_SUMS


def is_cashaddr(text: str) -> bool:
    """Whether the checksum of a Bitcoin Cash address fits, with or without its prefix."""
    prefix, _, data = text.lower().rpartition(":")
    try:
        values = [_BECH32[one] for one in data]
    except KeyError:
        return False
    expanded = [*(ord(one) & 31 for one in prefix or "bitcoincash"), 0, *values]
    return _remainder(expanded, _CASHADDR, 35) ^ 1 == 0


def _ethereum(candidate: Candidate) -> float | None:
    """Accept forty hexadecimal digits behind 0x, unless they are named as a hash or nothing is in them."""
    digits = candidate.text[2:].lower()
    if len(set(digits)) < 8 or _HASH.search(candidate.label):  # noqa: PLR2004 - 0x000…dead and its like
        return None
    if about(candidate, _HASH) and not about(candidate, _COIN):
        return None
    return 0.9 if about(candidate, _COIN) else 0.75


def _named_base58(size: int) -> Callable[[Candidate], float | None]:
    """Return the validator of addresses that are a bare key of so many bytes: these need a name."""

    def validator(candidate: Candidate) -> float | None:
        try:
            data = _base58_bytes(candidate.text, _BASE58)
        except KeyError:
            return None
        return 0.85 if len(data) == size and about(candidate, _COIN) else None

    return validator


VALIDATORS: Final[Validators] = {
    "base58_address": checked(_is_base58_address, 0.97),
    "bech32_address": checked(is_bech32, 0.97),
    "cash_address": checked(is_cashaddr, 0.97),
    "ethereum_address": _ethereum,
    "solana_address": _named_base58(32),
}
