"""Names as they look: look-alikes are one, and different names stay different."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.pins.skeletons import is_distinctive, plain, skeleton


@pytest.mark.parametrize("name", ["readFile", "read-file", "READ_FILE", "Read File", "read.file", "read/file"])
def test_case_and_separators_make_no_other_name(name: str) -> None:
    assert plain(name) == plain("read_file")
    assert skeleton(name) == skeleton("read_file")


@pytest.mark.parametrize(
    "name",
    ["re\u0430d_file", "read_fi1e", "read_f\u0456le", "rea\u200bd_file", "\uff52ead_file", "réad_file", "read_fiIe"],
)
def test_names_that_look_alike_have_one_skeleton(name: str) -> None:
    assert plain(name) != plain("read_file")
    assert skeleton(name) == skeleton("read_file")


def test_letters_that_read_as_one_are_one() -> None:
    assert skeleton("return_0rder") == skeleton("retum_order")
    assert skeleton("vvrite") == skeleton("write")


@pytest.mark.parametrize("name", ["read_files", "write_file", "read_file_v2", "файл", "删除"])
def test_other_names_are_other_ones(name: str) -> None:
    assert skeleton(name) != skeleton("read_file")
    assert skeleton(name)


@given(st.text(max_size=300))
def test_names_that_are_plainly_the_same_look_the_same(name: str) -> None:
    assert skeleton(name.replace("_", "-")) == skeleton(name)
    assert skeleton(plain(name)) == skeleton(plain(name.replace(" ", "")))


@pytest.mark.parametrize("name", ["read_file", "readFile", "read-file", "ReadFile", "get_v2", "HTTPGet", "send mail"])
def test_names_of_several_words_are_distinctive(name: str) -> None:
    assert is_distinctive(name)


@pytest.mark.parametrize("name", ["search", "Search", "SQL", "list", ""])
def test_plain_words_are_not(name: str) -> None:
    assert not is_distinctive(name)
