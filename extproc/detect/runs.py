"""Runs of the characters of base64 and hexadecimal: where they begin, which may be an encoding, and what of."""

import binascii
import re
from collections.abc import Iterator, Sequence
from typing import Final

LONG_RUN: Final = 400
_SHORTEST: Final = 24
_HEAD: Final = 32
# How text does in hexadecimal, and what is compressed.
_HEX_BEGINNING: Final = re.compile(
    r"(?:0x)?(?:(?:[2-7][0-9A-Fa-f]|0[9AaDd]){3}|[C-Fc-f][0-9A-Fa-f][89ABab]|1[Ff]8[Bb]|78)"
)
# How base64 begins: of three ASCII bytes; of one, and then another character of UTF-8; of such a one; of what is
# compressed. Each spares seven looks at a path or a name out of eight.
_BEGINNING: Final = re.compile(
    r"[A-Za-f](?:[A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589]|[M-Pc-fs-v89+/_-])"
    r"|[w-z0-9][I-LY-bo-r4-7]|H4sI|e[JN]|eA[EFG]"
)
_BEGINNINGS: Final = re.compile(_BEGINNING.pattern.encode())
_HEX_BEGINNINGS: Final = re.compile(_HEX_BEGINNING.pattern.encode())
_BREAKS: Final = frozenset(b"\r\n")
_STANDARD: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
RUN_LETTERS: Final = _STANDARD + "-_"
_RUN_SET: Final = frozenset(RUN_LETTERS)
RUN_TABLE: Final = bytes(ord("a") if chr(code) in _RUN_SET else ord(" ") for code in range(256))
_STANDARD_RUN: Final = re.compile(rf"[A-Za-z0-9+/]{{{_SHORTEST},}}")
_STANDARD_RUNS: Final = re.compile(_STANDARD_RUN.pattern.encode())
_HEXADECIMAL: Final = re.compile(r"(?:0x)?((?:[0-9a-f]{2}){12,}|(?:[0-9A-F]{2}){12,})")
_HEXADECIMALS: Final = re.compile(_HEXADECIMAL.pattern.encode())
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
_LINE_ENDS: Final = frozenset({"\n", "\r\n"})
_LINE: Final = 60
_LAST_LINE: Final = re.compile(r"\r?\n([A-Za-z0-9+/]{1,23}={0,2})(?![A-Za-z0-9+/=])")
_PRINTABLE: Final = bytes(range(32, 127)) + b"\t\n\r"
_NO_CONTROLS: Final = _PRINTABLE + bytes(range(128, 256))
COMPRESSED: Final = {b"\x1f\x8b": 31, b"x\x01": 15, b"x\x9c": 15, b"x\xda": 15}
Span = tuple[int, int]


def run_before(text: str, end: int) -> int:
    """Return where the run of base64 characters begins that ends at a place."""
    width = 64
    while True:
        low = max(0, end - width)
        # Translating the stretch and seeking one character in it is 20 times faster than stripping 64 different ones.
        before = text[low:end].encode("ascii", "replace").translate(RUN_TABLE).rfind(b" ") + 1
        if before or not low:
            return low + before
        width *= 8


def buried(text: str, start: int, end: int) -> bool:
    """Tell whether a match is a small part of a long run of base64 characters, where anything occurs by chance."""
    if text[start - 1 : start] not in _RUN_SET and text[end : end + 1] not in _RUN_SET:
        return False
    if text[start:end].strip(RUN_LETTERS):
        return False
    rest = text[end : end + LONG_RUN]
    low, high = run_before(text, start), end + len(rest) - len(rest.lstrip(RUN_LETTERS))
    return high - low >= LONG_RUN and 2 * (end - start) < high - low


def is_run(text: str) -> bool:
    """Tell whether a text is nothing but base64."""
    return text.isascii() and b" " not in text.rstrip("=").encode().translate(RUN_TABLE)


def promising_runs(buffer: bytes, ends: Sequence[int], *, single: bool) -> Iterator[tuple[int, int]]:
    """Return of the runs that an engine saw the ends of those that may be an encoding, with how long each is.

    Most are paths, names and digests, and a look at how they begin tells. Not so for one that may be a line of several,
    unless all texts in the buffer are `single` lines.
    """
    before, hex_begins, begins = buffer.translate(RUN_TABLE).rfind, _HEX_BEGINNINGS.match, _BEGINNINGS.match
    for end in ends:
        stop = end - 1
        start = before(b" ", 0, stop) + 1
        if (
            (hex_begins(buffer, start) and _HEXADECIMALS.fullmatch(buffer, start, stop))
            or (begins(buffer, start) and _reads(buffer, start, stop))
            or _holds_beginning(buffer, start, stop)
            or not (single or (buffer[stop] not in _BREAKS and buffer[start - 1] not in _BREAKS))
        ):
            yield end, stop - start


def _holds_beginning(buffer: bytes, start: int, stop: int) -> bool:
    """Tell whether a part of a run may be an encoding, as `_parts` divides it."""
    slash = buffer.rfind(b"/", start, stop) + 1
    if not slash and buffer.find(b"+", start, stop) < 0:
        return False
    if slash and stop - slash >= _SHORTEST and _BEGINNINGS.match(buffer, slash) and _reads(buffer, slash, stop):
        return True
    if buffer.find(b"-", start, stop) < 0 and buffer.find(b"_", start, stop) < 0:
        return False
    for part in _STANDARD_RUNS.finditer(buffer, start, stop):
        if _BEGINNINGS.match(buffer, part.start()) and _reads(buffer, part.start(), part.end()):
            return True
    return False


def _reads(buffer: bytes, start: int, stop: int) -> bool:
    """Tell whether what begins like base64 decodes to something that can be read."""
    whole = min(stop - start, _HEAD) // 4 * 4
    return _promising(binascii.a2b_base64(buffer[start : start + whole].translate(_URL_SAFE)))


def joined_lines(text: str, runs: Sequence[Span]) -> list[Span]:
    """Return runs, those that are lines of one encoding taken together."""
    joined: list[Span] = []
    for start, end in runs:
        if joined and start - joined[-1][1] <= len("\r\n"):
            first, last = joined[-1]
            if text[last:start] in _LINE_ENDS and _line_length(text, last) >= _LINE:
                joined[-1] = (first, end)
                continue
        joined.append((start, end))
    return [_with_last_line(text, run) for run in joined]


def _with_last_line(text: str, run: Span) -> Span:
    """Return a run with the last line of its encoding, which may be too short to be a run of its own."""
    if run[1] < len(text) and text[run[1]] in "\r\n" and _line_length(text, run[1]) >= _LINE:
        found = _LAST_LINE.match(text, run[1])
        if found is not None and len(found[1]) % 4 == 0:
            return run[0], found.end(1) - found[1].count("=")
    return run


def _line_length(text: str, end: int) -> int:
    return end - max(text.rfind("\n", 0, end) + 1, end - 2 * _LINE)


def decodings(text: str, start: int, end: int) -> Iterator[tuple[int, int, bytes]]:
    """Return what a run may be in bytes, with the part of the text that it covers."""
    if _HEX_BEGINNING.match(text, start):
        found = _HEXADECIMAL.fullmatch(text, start, end)
        if found is not None:
            if not found[1].isdecimal():
                yield start, end, bytes.fromhex(found[1])
            return
    for low, high in _parts(text, start, end):
        head = text[low : min(high, low + _HEAD)].encode(errors="replace")
        if b"\n" in head or not _promising(_base64(head[: len(head) // 4 * 4])):
            continue
        padded = end + _padding(text, end) if high == end else high
        yield low, padded, _base64("".join(text[low:high].split()).encode(errors="replace"))


def _parts(text: str, start: int, end: int) -> list[Span]:
    """Return the parts of a run that begin like an encoding.

    All of it; what stands behind its last slash; and where the letters of both alphabets are mixed, what is in the
    standard one.
    """
    parts = [(start, end)] if _BEGINNING.match(text, start) else []
    slash = text.rfind("/", start, end) + 1
    if 0 < slash <= end - _SHORTEST and _BEGINNING.match(text, slash):
        parts.append((slash, end))
    mixed = slash or text.find("+", start, end) >= 0
    if mixed and (text.find("-", start, end) >= 0 or text.find("_", start, end) >= 0):
        parts.extend(
            found.span()
            for found in _STANDARD_RUN.finditer(text, start, end)
            if found.start() not in {start, slash} and _BEGINNING.match(text, found.start())
        )
    return parts


def _padding(text: str, end: int) -> int:
    return 2 if text.startswith("==", end) else int(text.startswith("=", end))


def _base64(token: bytes) -> bytes:
    """Decode what may be base64 without its padding; what is none after all decodes to nothing."""
    token = token.translate(_URL_SAFE)
    try:
        return binascii.a2b_base64(token[: len(token) - (len(token) % 4 == 1)] + b"=" * (-len(token) % 4))
    except binascii.Error:  # a character that is skipped leaves a length that no encoding has
        return b""


def _promising(head: bytes) -> bool:
    return head[:2] in COMPRESSED or textual(head)


def textual(data: bytes) -> bool:
    """Tell whether at least 85 % of what was decoded is text that can be read."""
    if len(data.translate(None, _PRINTABLE)) * 20 <= len(data) * 3 or wide(data):
        return bool(data)
    # Text has no control characters; the last bytes may be a part of one. This spares nearly all that is none the rest.
    if data[:-3].translate(None, _NO_CONTROLS):
        return False
    if not 0xC2 <= data[0] <= 0xF4 and data[0] >= 0x80:  # noqa: PLR2004 - no character begins so, RFC 3629 §4
        return False
    try:
        return data.decode().replace("\n", "").replace("\t", "").replace("\r", "").isprintable()
    except UnicodeDecodeError as error:
        cut = error.start >= len(data) - 3 and error.start > 0
        return cut and data[: error.start].decode().replace("\n", "").isprintable()


def wide(data: bytes) -> bool:
    """Tell whether it is text in two bytes a character, as one shell of Windows takes its commands."""
    if data[1:2] != b"\0":
        return False
    odd = data[1:64:2]
    return len(odd) >= 8 and not any(odd) and not data[:64:2].translate(None, _PRINTABLE)  # noqa: PLR2004 - enough to tell
