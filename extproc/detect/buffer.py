"""Texts as an engine passes over them, and the way back from its places to theirs."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate, chain
from operator import add


class Buffer:
    """Texts as lines of one buffer, for an engine to pass over; it begins and ends with a newline."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Join the texts. A surrogate without its partner becomes one byte: it is part of nothing that is sought."""
        joined = "\n".join(texts)
        self.texts = texts
        self.data = b"\n" + joined.encode(errors="replace") + b"\n"
        self.ascii = len(self.data) == len(joined) + 2

    def has_line(self, length: int) -> bool:
        """Tell whether more bytes than so many follow each other without the end of a line."""
        at, last = 0, len(self.data) - 1
        while at + length < last:
            at = self.data.rfind(b"\n", at + 1, at + length + 2)
            if at < 0:
                return True
        return False

    @cached_property
    def starts(self) -> list[int]:
        """Return where each text begins, and where one after the last would."""
        lengths = map(len, self.texts) if self.ascii else (_bytes_in(text) for text in self.texts)
        return list(chain((1,), map(add, accumulate(lengths), range(2, len(self.texts) + 2))))

    def place(self, end: int) -> int:
        """Return the number of the text that a place in the buffer is in."""
        return bisect_left(self.starts, end + 1, hi=len(self.texts)) - 1

    def characters(self, number: int, ends: Sequence[int]) -> Sequence[int]:
        """Return places in the buffer, ascending, as places in characters of the text with this number."""
        start = self.starts[number]
        if self.ascii or self.texts[number].isascii():
            return [end - start for end in ends]
        data, found, at, count = self.data, [], start, 0
        limit = self.starts[number + 1] - 1
        for place in ends:
            end = min(place, limit)
            while end < limit and data[end] & 0xC0 == 0x80:  # noqa: PLR2004 - inside of a character, RFC 3629 §3
                end += 1
            count += len(data[at:end].decode(errors="replace")) if end > at else 0
            at = max(at, end)
            found.append(count + place - end if place > end else count)
        return found


def _bytes_in(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode(errors="replace"))
