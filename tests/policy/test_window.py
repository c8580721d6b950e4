"""Time windows: days, hours over midnight, summer time, dates, and what is refused."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from extproc.policy.facts import Topic
from extproc.policy.question import Question, Truth
from extproc.policy.window import WindowError, parse_window
from tests.policy.making import question


def inside(window: tuple[str | None, ...], when: str, zone: str = "Europe/London", fold: int = 0) -> Truth:
    local = datetime.fromisoformat(when).replace(tzinfo=ZoneInfo(zone), fold=fold)
    days, hours, start, end = (*window, None, None, None)[:4]
    return parse_window(zone, days, hours, start, end).test(question(now=local.timestamp()))


@pytest.mark.parametrize(
    ("window", "yes", "no"),
    [
        (("Mon-Fri",), ["2026-03-02T00:00:00", "2026-03-06T23:59:59"], ["2026-03-01T23:59:59", "2026-03-07T00:00:00"]),
        (("Sat,Sun",), ["2026-03-01T12:00:00", "2026-03-07T12:00:00"], ["2026-03-02T00:00:00"]),
        (("fri-mon",), ["2026-03-06T12:00:00", "2026-03-02T12:00:00"], ["2026-03-03T12:00:00"]),
        (("Mon, Wed-Thu",), ["2026-03-02T12:00:00", "2026-03-05T12:00:00"], ["2026-03-03T12:00:00"]),
        (
            (None, "09:00-17:00"),
            ["2026-03-01T09:00:00", "2026-03-01T16:59:59"],
            ["2026-03-01T08:59:59", "2026-03-01T17:00:00"],
        ),
        ((None, "00:00-24:00"), ["2026-03-01T00:00:00", "2026-03-01T23:59:59"], []),
        ((None, "09:00-12:00,13:00-17:00"), ["2026-03-01T11:59:59", "2026-03-01T13:00:00"], ["2026-03-01T12:30:00"]),
        (
            (None, "22:00-06:00"),
            ["2026-03-01T22:00:00", "2026-03-02T05:59:59"],
            ["2026-03-02T06:00:00", "2026-03-01T21:59:59"],
        ),
        (
            ("Fri", "22:00-06:00"),
            ["2026-03-06T23:00:00", "2026-03-07T05:00:00"],
            ["2026-03-06T05:00:00", "2026-03-07T23:00:00"],
        ),
        (
            (None, None, "2026-03-02", "2026-03-03"),
            ["2026-03-02T00:00:00", "2026-03-03T23:59:59"],
            ["2026-03-01T23:59:59", "2026-03-04T00:00:00"],
        ),
        ((None, "22:00-06:00", None, "2026-03-03"), ["2026-03-04T05:00:00"], ["2026-03-04T22:00:00"]),
        ((None, "22:00-06:00", "2026-03-03", None), ["2026-03-03T22:00:00"], ["2026-03-03T05:00:00"]),
    ],
)
def test_a_window_has_its_first_moment_and_not_its_end(
    window: tuple[str | None, ...], yes: list[str], no: list[str]
) -> None:
    assert [when for when in yes if inside(window, when) is not Truth.TRUE] == []
    assert [when for when in no if inside(window, when) is not Truth.FALSE] == []


def test_hours_follow_the_wall_clock_through_the_year() -> None:
    window = parse_window("Europe/London", None, "09:00-17:00", None, None)
    hours = {month: {hour for hour in range(24) if window.test(_at(month, hour)) is Truth.TRUE} for month in (1, 7)}
    assert hours == {1: set(range(9, 17)), 7: set(range(8, 16))}


def _at(month: int, hour: int) -> Question:
    return question(now=datetime(2026, month, 15, hour, 30, tzinfo=UTC).timestamp())


def test_an_hour_that_is_shown_twice_is_inside_twice() -> None:
    for fold in (0, 1):
        assert inside((None, "01:00-02:00"), "2026-10-25T01:30:00", fold=fold) is Truth.TRUE


def test_an_hour_that_is_leapt_over_is_not_there() -> None:
    window = parse_window("Europe/London", None, "01:00-02:00", None, None)
    night = datetime(2026, 3, 29, tzinfo=UTC).timestamp()
    assert {window.test(question(now=night + minute * 60)) for minute in range(24 * 60)} == {Truth.FALSE}


def test_midnight_is_that_of_the_zone() -> None:
    assert inside(("Tue",), "2026-03-03T00:00:00", "Pacific/Kiritimati") is Truth.TRUE
    assert inside(("Tue",), "2026-03-02T23:59:59", "Pacific/Kiritimati") is Truth.FALSE
    assert inside(("Tue",), "2026-03-03T00:00:00", "America/St_Johns") is Truth.TRUE


def test_an_open_time_is_open_and_an_impossible_one_missing() -> None:
    window = parse_window("UTC", "Mon", None, None, None)
    assert window.test(question(unknown=frozenset({Topic.TIME}))) is Truth.OPEN
    for now in (float("nan"), float("inf"), 1e18):
        assert window.test(question(now=now)) is Truth.MISSING


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("Europe/Londres", "Mon", None, None, None), "no such time zone"),
        (("../../etc/passwd", "Mon", None, None, None), "no such time zone"),
        (("Europe/", "Mon", None, None, None), "no such time zone"),
        (("EST", "Mon", None, None, None), "UTC or an IANA name"),
        (("localtime", "Mon", None, None, None), "UTC or an IANA name"),
        (("UTC", None, None, None, None), "needs days, hours or a date"),
        (("UTC", "Monday", None, None, None), "days are written"),
        (("UTC", "Mon-", None, None, None), "days are written"),
        (("UTC", "", None, None, None), "days are written"),
        (("UTC", None, "9-17", None, None), "hours are written"),
        (("UTC", None, "09:00-17:60", None, None), "hours are written"),
        (("UTC", None, "24:00-06:00", None, None), "24:00 is only an end"),
        (("UTC", None, "09:00-24:30", None, None), "24:00 is only an end"),
        (("UTC", None, "09:00-09:00", None, None), "end where they begin"),
        (("UTC", None, None, "1.1.2026", None), "a date is written"),
        (("UTC", None, None, "2026-02-30", None), "no such date"),
        (("UTC", None, None, "2026-02-02", "2026-02-01"), "ends before it begins"),
        (("UTC", "Sun", None, "2026-03-02", "2026-03-07"), "none of the days"),
    ],
)
def test_a_window_that_cannot_be_is_refused(
    given: tuple[str, str | None, str | None, str | None, str | None], words: str
) -> None:
    with pytest.raises(WindowError, match=words):
        parse_window(*given)


def test_a_window_says_what_it_is() -> None:
    window = parse_window("Europe/London", "Mon-Fri", "09:00-17:00", None, "2026-12-31")
    assert str(window) == "the time is within Mon-Fri 09:00-17:00 until 2026-12-31 Europe/London"
