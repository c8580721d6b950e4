"""Kingfisher as a second scanner: some 490 rules of its own, and hardly a false alarm. An extra."""

from collections.abc import Sequence

import kingfisher_sdk  # type: ignore[import-not-found,import-untyped,unused-ignore]  # an extra; it has no stubs


class Kingfisher:
    """A `SecondScanner`. Making one takes a third of a second, and some seconds where its cache is cold."""

    def __init__(self) -> None:
        """Load all of its rules."""
        self._scanner = kingfisher_sdk.Scanner(kingfisher_sdk.Rules())

    def spans(self, text: str) -> Sequence[tuple[int, int, str]]:
        """See `SecondScanner`. Its places count bytes of UTF-8."""
        found = [one for one in self._scanner.scan(text.encode("utf-8", "replace").decode()) if one.visible]
        if not found:
            return ()
        places = [(one.location["start_offset"], one.location["end_offset"], str(one.rule_id)) for one in found]
        if text.isascii():
            return places
        data = text.encode("utf-8", "replace")
        return [
            (len(data[:start].decode("utf-8", "replace")), len(data[:end].decode("utf-8", "replace")), name)
            for start, end, name in places
        ]
