"""What an argument may say once it is decoded, also where it is only a piece of an encoding.

Unlike the search for sensitive values this does not ask where an encoding begins or whether all of it can be read:
each run is decoded from each of its first places on, since what was cut in two begins anywhere. What comes out is
compared with fingerprints only, so that what decodes to nonsense costs time and nothing else.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Final
from urllib.parse import unquote

from extproc.detect.encodings import MAX_RATIO
from extproc.detect.runs import COMPRESSED

MAX_TEXT: Final = 8192
_DEPTH: Final = 2
_MAX_FORMS: Final = 96
_MAX_RUNS: Final = 128
# A shorter run of letters is a word.
_LONG_WORD: Final = 16
_RUN: Final = re.compile(r"[A-Za-z0-9+/_-]{6,}")
_HEX: Final = re.compile(r"(?:\\x|0x|%|[: ])?[0-9A-Fa-f]{2}(?:(?:\\x|%|[: ])?[0-9A-Fa-f]{2}){3,}")
_NOT_HEX: Final = re.compile(r"\\x|0x|[^0-9A-Fa-f]")
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
_QUANTUM: Final = 4
# A host made of data has its text in labels.
_BASE32: Final = re.compile(r"\b(?:[A-Z2-7]{8,}|[a-z2-7]{8,}(?:\.[a-z2-7]{8,})*)")
_LONG_QUANTUM: Final = 8
# How many characters of the last group make whole bytes, RFC 4648 §6.
_SHORTER: Final = (0, 0, 2, 2, 4, 5, 5, 7)
_LETTERS: Final = (
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + b" _-.,:;@=/+\n\r\t\"'{}[]()#&?!$%*"
)


def forms_of(text: str) -> Iterator[str]:
    """Return what a text says in other forms: percent-decoded, from base64, from hexadecimal, unpacked."""
    left = _MAX_FORMS
    seen = {text}
    layer = [text[:MAX_TEXT]]
    for _ in range(_DEPTH):
        below: list[str] = []
        for each in layer:
            for form in _decoded(each):
                if form in seen:
                    continue
                seen.add(form)
                left -= 1
                if left < 0:
                    return
                below.append(form)
                yield form
        layer = below


def _decoded(text: str) -> Iterator[str]:
    if "%" in text:
        yield unquote(text, errors="replace")
    # An encoding that is broken into lines, or spread out with spaces, is one run.
    whole = "".join(text.split())
    for source in (text, whole) if whole != text else (text,):
        for run in islice(_RUN.findall(source), _MAX_RUNS):
            if not (len(run) < _LONG_WORD and run.isalpha() and (run.islower() or run.istitle())):
                yield from _from_base64(run)
    for run in islice(_BASE32.finditer(text), _MAX_RUNS):
        yield from _from_base32(run.group())
    for run in islice(_HEX.finditer(text), _MAX_RUNS):
        yield from _from_hex(run.group())


def _from_base64(run: str) -> Iterator[str]:
    data = run.encode().translate(_URL_SAFE)
    for start in range(_QUANTUM):
        piece = data[start:]
        piece = piece[: len(piece) // _QUANTUM * _QUANTUM] if len(piece) % _QUANTUM == 1 else piece
        try:
            yield from _readable(binascii.a2b_base64(piece + b"=" * (-len(piece) % _QUANTUM)))
        except binascii.Error:  # pragma: no cover - every run has a length that padding completes
            continue


def _from_base32(run: str) -> Iterator[str]:
    run = run.replace(".", "").upper()
    for start in range(_LONG_QUANTUM):
        piece = run[start:]
        piece = piece[: len(piece) // _LONG_QUANTUM * _LONG_QUANTUM + _SHORTER[len(piece) % _LONG_QUANTUM]]
        yield from _readable(base64.b32decode(piece + "=" * (-len(piece) % _LONG_QUANTUM)))


def _from_hex(run: str) -> Iterator[str]:
    digits = _NOT_HEX.sub("", run)
    for start in range(2):
        piece = digits[start:]
        yield from _readable(bytes.fromhex(piece[: len(piece) // 2 * 2]))


def _readable(data: bytes) -> Iterator[str]:
    """Return bytes as text when most of them are letters, digits or the signs between them."""
    if data[:2] in COMPRESSED:
        stream = zlib.decompressobj(COMPRESSED[data[:2]])
        try:
            data = stream.decompress(data, min(MAX_TEXT, MAX_RATIO * len(data)))
        except zlib.error:
            return
    if data and 4 * len(data.translate(None, _LETTERS)) <= len(data):
        yield data[:MAX_TEXT].decode(errors="replace")
