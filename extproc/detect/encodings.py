"""What a text says once it is decoded: escapes, percent-encoding, entities, odd Unicode, base64, hex and gzip.

Nothing is built for a text in which none of these stands. What is decoded is limited in depth, size and ratio.
"""

import binascii
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from extproc.detect.characters import Piece, pieces_of
from extproc.detect.views import View

MAX_DEPTH: Final = 2
MAX_DECODED: Final = 1 << 20
MAX_RATIO: Final = 100
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
# What stands this near to an escape is read again together with it.
_AROUND: Final = 160
_STANDARD: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
RUN_LETTERS: Final = _STANDARD + "-_"
_RUN_SET: Final = frozenset(RUN_LETTERS)
_RUN_TABLE: Final = bytes(ord("a") if chr(code) in _RUN_SET else ord(" ") for code in range(256))
_STANDARD_RUN: Final = re.compile(rf"[A-Za-z0-9+/]{{{_SHORTEST},}}")
_HEXADECIMAL: Final = re.compile(r"(?:0x)?((?:[0-9a-f]{2}){12,}|(?:[0-9A-F]{2}){12,})")
_URL_SAFE: Final = str.maketrans("-_", "+/")
_LINE_ENDS: Final = frozenset({"\n", "\r\n"})
_LINE: Final = 60
_LAST_LINE: Final = re.compile(r"\r?\n([A-Za-z0-9+/]{1,23}={0,2})(?![A-Za-z0-9+/=])")
_PRINTABLE: Final = bytes(range(32, 127)) + b"\t\n\r"
_COMPRESSED: Final = {b"\x1f\x8b": 31, b"x\x01": 15, b"x\x9c": 15, b"x\xda": 15}

Span = tuple[int, int]


class Unfolding:
    """What one scan decodes, and what is left of its allowance."""

    def __init__(self) -> None:
        """Begin with the whole allowance."""
        self._left = MAX_DECODED
        self.complete = True

    def next(self, views: Sequence[View], runs: Mapping[int, Sequence[Span]], *, written: bool) -> list[View]:
        """Return the texts that views hold in some encoding. `runs` are those that may be base64, by view.

        Where nothing is `written` as something else, only these are looked at.
        """
        found: list[View] = []
        for number in range(len(views)) if written else sorted(runs):
            view = views[number]
            if view.depth >= MAX_DEPTH:
                continue
            if written:
                found.extend(_plain(view))
            for start, end in _joined_lines(view.text, runs.get(number, ())):
                # What is as it is in the parent was decoded there.
                if view.parent is None or view.decoded(start, end):
                    found.extend(self._encoded(view, start, end))
        return found

    def _encoded(self, view: View, start: int, end: int) -> Iterator[View]:
        for begin, stop, data in _decodings(view.text, start, end):
            text = self._text(data)
            if text is not None:
                yield View(
                    text=text,
                    leaf=view.leaf,
                    parent=view,
                    depth=view.depth + 1,
                    at=(0,),
                    until=(len(text),),
                    outer_at=(begin,),
                    outer_until=(stop,),
                )

    def _text(self, data: bytes) -> str | None:
        if data[:2] in _COMPRESSED:
            inflated = self._inflated(data)
            if inflated is None:
                return None
            data = inflated
        if not _textual(data):
            return None
        if len(data) > self._left:
            self.complete = False
        data = data[: self._left]
        self._left -= len(data)
        return data.decode("utf-16-le" if _wide(data) else "utf-8", errors="replace")

    def _inflated(self, data: bytes) -> bytes | None:
        """Return what was compressed, as far as the allowance and the ratio go."""
        limit = min(self._left, MAX_RATIO * len(data))
        stream = zlib.decompressobj(_COMPRESSED[data[:2]])
        try:
            text = stream.decompress(data, limit + 1)
        except zlib.error:
            return None
        if len(text) > limit:
            self.complete = False
        return text[:limit]


def run_before(text: str, end: int) -> int:
    """Return where the run of base64 characters begins that ends at a place."""
    width = 64
    while True:
        low = max(0, end - width)
        # Translating the stretch and seeking one character in it is 20 times faster than stripping 64 different ones.
        before = text[low:end].encode("ascii", "replace").translate(_RUN_TABLE).rfind(b" ") + 1
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
    return text.isascii() and b" " not in text.rstrip("=").encode().translate(_RUN_TABLE)


def _plain(view: View) -> Iterator[View]:
    """Return stretches of a text in which what stands for single characters is replaced by them.

    What is far from any such piece was judged in the text itself, so it is not looked at again.
    """
    text = view.text
    pieces: list[Piece] = []
    low = 0
    for piece in pieces_of(text):
        if pieces and piece[0] - pieces[-1][1] > 2 * _AROUND:
            yield _stretch(view, low, pieces[-1][1] + _AROUND, pieces)
            pieces = []
        if not pieces:
            low = _beginning(text, piece[0])
        pieces.append(piece)
    if pieces:
        yield _stretch(view, low, pieces[-1][1] + _AROUND, pieces)


def _beginning(text: str, place: int) -> int:
    """Return where a stretch begins: where a line or a word does, so that none is cut."""
    far = max(0, place - _AROUND)
    return far and (text.find("\n", far, place) + 1 or text.find(" ", far, place) + 1 or far)


def _stretch(view: View, low: int, high: int, pieces: Sequence[Piece]) -> View:
    parts, kept, made = [], low, 0
    at, until = [], []
    for start, end, replacement in pieces:
        parts.append(view.text[kept:start])
        made += start - kept
        at.append(made)
        parts.append(replacement)
        made += len(replacement)
        until.append(made)
        kept = end
    parts.append(view.text[kept:high])
    return View(
        text="".join(parts),
        leaf=view.leaf,
        parent=view,
        depth=view.depth + 1,
        offset=low,
        at=at,
        until=until,
        outer_at=[start for start, _, _ in pieces],
        outer_until=[end for _, end, _ in pieces],
    )


def _joined_lines(text: str, runs: Sequence[Span]) -> list[Span]:
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


def _decodings(text: str, start: int, end: int) -> Iterator[tuple[int, int, bytes]]:
    """Return what a run may be in bytes, with the part of the text that it covers."""
    if _HEX_BEGINNING.match(text, start):
        found = _HEXADECIMAL.fullmatch(text, start, end)
        if found is not None:
            if not found[1].isdecimal():
                yield start, end, bytes.fromhex(found[1])
            return
    for low, high in _parts(text, start, end):
        head = text[low : min(high, low + _HEAD)]
        if "\n" in head or not _promising(_base64(head[: len(head) // 4 * 4])):
            continue
        padded = end + _padding(text, end) if high == end else high
        yield low, padded, _base64("".join(text[low:high].split()))


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


def _base64(token: str) -> bytes:
    """Decode what may be base64 without its padding; what is none after all decodes to nothing."""
    token = token.translate(_URL_SAFE)
    try:
        return binascii.a2b_base64(token[: len(token) - (len(token) % 4 == 1)] + "=" * (-len(token) % 4))
    except binascii.Error:  # a character that is skipped leaves a length that no encoding has
        return b""


def _promising(head: bytes) -> bool:
    return head[:2] in _COMPRESSED or _textual(head)


def _textual(data: bytes) -> bool:
    """Tell whether at least 85 % of what was decoded is text that can be read."""
    if len(data.translate(None, _PRINTABLE)) * 20 <= len(data) * 3 or _wide(data):
        return bool(data)
    if not 0xC2 <= data[0] <= 0xF4 and data[0] >= 0x80:  # noqa: PLR2004 - no character begins so, RFC 3629 §4
        return False
    try:
        return data.decode().replace("\n", "").replace("\t", "").replace("\r", "").isprintable()
    except UnicodeDecodeError as error:
        cut = error.start >= len(data) - 3 and error.start > 0
        return cut and data[: error.start].decode().replace("\n", "").isprintable()


def _wide(data: bytes) -> bool:
    """Tell whether it is text in two bytes a character, as one shell of Windows takes its commands."""
    odd = data[1:64:2]
    return len(odd) >= 8 and not any(odd) and not data[:64:2].translate(None, _PRINTABLE)  # noqa: PLR2004 - enough to tell
