"""Where runs of base64 and hexadecimal begin, and which are worth a look."""

import base64
import re

from hypothesis import given
from hypothesis import strategies as st

from extproc.detect.runs import decodings, is_run, joined_lines, promising_runs, run_before

_RUN = re.compile(rb"[A-Za-z0-9+/_-]{24,}")
_WORDS = st.sampled_from(
    ["a", "R_", "com/", "repos/acme/tool-", "+", "-", "\n", "\r\n", " ", '"', "é", "0x"]
    + [base64.b64encode(text.encode()).decode() for text in ("the token is here", "é and a longer text", "pw")]
    + [b"the token is here".hex(), "7ed4d57b1e2feb89414c343c1027c4d1c386bbc4", "A" * 70]
)


def _promising(text: str) -> list[str]:
    buffer = f"\n{text}\n".encode()
    ends = [found.end() + 1 for found in _RUN.finditer(buffer)]
    runs = promising_runs(buffer, ends, single="\n" not in text and "\r" not in text)
    return [buffer[end - 1 - length : end - 1].decode() for end, length in runs]


def test_the_beginning_of_a_run_is_found_however_long_it_is() -> None:
    assert [run_before(f"x.{'a' * length}", length + 2) for length in (0, 1, 64, 5000)] == [2, 2, 2, 2]
    assert is_run("abc==")
    assert not is_run("ab c")


def test_paths_and_digests_are_not_promising() -> None:
    path, digest = "com/repos/acme/tool-807/commits", "7ed4d57b1e2feb89414c343c1027c4d1c386bbc4"
    assert _promising(f'"{path}" "{digest}"') == []


def test_an_encoding_is_promising_behind_a_path_and_in_lines_too() -> None:
    encoded = base64.b64encode(b"the token is in here").decode().rstrip("=")
    assert _promising(f"{encoded} x/{encoded}") == [encoded, f"x/{encoded}"]
    lines = "A" * 76 + "\n" + "B" * 76
    assert _promising(lines) == lines.split("\n")


@given(st.lists(_WORDS, max_size=8).map("".join))
def test_no_run_that_is_an_encoding_is_left_out(text: str) -> None:
    data = text.encode()
    spans = [(len(data[: one.start()].decode()), len(data[: one.end()].decode())) for one in _RUN.finditer(data)]
    promising = set(_promising(text))
    for start, end in spans:
        if text[start:end] not in promising:
            assert joined_lines(text, [(start, end)]) == [(start, end)]
            assert list(decodings(text, start, end)) == []
