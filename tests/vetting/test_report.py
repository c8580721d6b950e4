"""When a report is clean."""

import pytest

from extproc.vetting.offer import Kind
from extproc.vetting.report import Level, Remark, Report


@pytest.mark.parametrize(("level", "clean"), [(Level.ERROR, False), (Level.WARNING, False), (Level.NOTE, True)])
def test_errors_and_warnings_count_and_notes_do_not(level: Level, *, clean: bool) -> None:
    remark = Remark(level=level, rule="a/b", kind=Kind.TOOL, name="t", message="m")
    found = Report(
        target="t",
        server="",
        version="",
        revision="",
        counts={},
        instructions=False,
        tools=(),
        remarks=(remark,),
        families={},
    )
    assert (found.clean, found.count(level)) == (clean, 1)
