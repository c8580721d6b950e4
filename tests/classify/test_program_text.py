"""What program text would do, by the names of what it calls."""

import pytest

from extproc.classify.codes import worst
from extproc.classify.program_text import read_program
from extproc.model.intent import Intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("print(sum(range(3)))", Intent.READ),
        ("() => document.querySelector('h1').textContent", Intent.READ),
        ("open('a', 'w').write('x')", Intent.WRITE),
        ("mystery()", Intent.WRITE),
        ("import os; os.remove('a')", Intent.DESTRUCTIVE),
        ("getattr(os, 'sys' + 'tem')('x')", Intent.DESTRUCTIVE),
        ("fs.rmSync('/x', {recursive: true})", Intent.DESTRUCTIVE),
        ("requests.post(u, data=d)", Intent.EXFILTRATIVE),
        ("print(os.environ)", Intent.EXFILTRATIVE),
    ],
)
def test_text_is_classed_by_its_calls(text: str, intent: Intent) -> None:
    assert worst(read_program(text)) is intent


def test_text_that_is_not_searched_to_its_end_is_no_read() -> None:
    assert worst(read_program("x = 1\n" * 5000)) is Intent.WRITE
