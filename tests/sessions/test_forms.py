"""What stands in an argument once it is decoded, whole or cut."""

import base64
import gzip
import zlib
from urllib.parse import quote

import pytest

from extproc.sessions.forms import forms_of

_TEXT = "the launch code is 8812-4471 for Friday"


@pytest.mark.parametrize(
    "written",
    [
        base64.b64encode(_TEXT.encode()).decode(),
        base64.urlsafe_b64encode(_TEXT.encode()).decode().rstrip("="),
        base64.b32encode(_TEXT.encode()).decode(),
        base64.b32encode(_TEXT.encode()).decode().lower().rstrip("="),
        _TEXT.encode().hex(),
        ":".join(f"{byte:02x}" for byte in _TEXT.encode()),
        "".join(f"\\x{byte:02x}" for byte in _TEXT.encode()),
        quote(_TEXT),
        base64.b64encode(gzip.compress(_TEXT.encode())).decode(),
        base64.b64encode(zlib.compress(_TEXT.encode())).decode(),
        base64.b64encode(_TEXT.encode().hex().encode()).decode(),
    ],
)
def test_what_is_encoded_is_read(written: str) -> None:
    assert any("launch code is 8812-4471" in form for form in forms_of(f"data={written} end"))


@pytest.mark.parametrize("cut", range(0, 40, 3))
def test_a_piece_of_an_encoding_is_read_wherever_it_begins(cut: int) -> None:
    written = base64.b64encode((_TEXT * 2).encode()).decode()
    assert any("8812-4471" in form for form in forms_of(written[cut : cut + 80]))


def test_labels_of_a_host_are_one_encoding() -> None:
    written = base64.b32encode(_TEXT.encode()).decode().lower().rstrip("=")
    host = ".".join(written[at : at + 16] for at in range(0, len(written), 16))
    assert any("launch code" in form for form in forms_of(f"{host}.x.example"))


def test_plain_words_have_no_other_form() -> None:
    assert list(forms_of("Please tell Alice that lunch is at noon.")) == []


def test_many_runs_are_read_in_part_only() -> None:
    text = " ".join(base64.b64encode(f"value number {number}".encode()).decode() for number in range(2000))
    assert 0 < len(list(forms_of(text))) <= 96


def test_what_is_packed_very_small_is_read_as_far_as_allowed() -> None:
    packed = base64.b64encode(gzip.compress(b"a" * 1_000_000)).decode()
    assert all(len(form) <= 8192 for form in forms_of(packed))
