"""Time windows: the hours of chosen days in a time zone, as a condition on the time of a message."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from extproc.policy.facts import Topic
from extproc.policy.question import Question, Truth

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HOURS: Final = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MIDNIGHT: Final = 24 * 60
_WEEK: Final = 7
_ONE_DAY: Final = timedelta(days=1)


class WindowError(ValueError):
    """A window that is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Minutes of the day, the last one not included; one that ends before it begins goes over midnight."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Whether the time of a message is inside. All is read off the wall clock of the zone.

    Hours that go over midnight belong to the day on which they began, and so do `days`, `first` and `last` (both
    included). An hour that the clock shows twice is inside twice; one that it leaps over is not there.
    """

    zone: ZoneInfo
    days: frozenset[int]
    spans: tuple[Span, ...]
    first: date | None = None
    last: date | None = None
    text: str = field(default="", compare=False)

    def test(self, question: Question) -> Truth:
        """See `Condition`."""
        if Topic.TIME in question.facts.open:
            return Truth.OPEN
        try:
            clock = datetime.fromtimestamp(question.facts.now, self.zone)
            return Truth.TRUE if self._holds(clock) else Truth.FALSE
        except (ValueError, OverflowError, OSError):
            return Truth.MISSING  # a time that no calendar has

    def __str__(self) -> str:
        """See `Condition`."""
        return f"the time is within {self.text}"

    def _holds(self, clock: datetime) -> bool:
        minute = clock.hour * 60 + clock.minute
        for span in self.spans:
            if span.start < span.end:
                if span.start <= minute < span.end and self._on(clock):
                    return True
            elif (minute >= span.start and self._on(clock)) or (minute < span.end and self._on(clock - _ONE_DAY)):
                return True
        return False

    def _on(self, day: datetime) -> bool:
        if day.weekday() not in self.days:
            return False
        if self.first is None and self.last is None:
            return True
        that = day.date()
        return (self.first is None or that >= self.first) and (self.last is None or that <= self.last)


def parse_window(zone: str, days: str | None, hours: str | None, start: str | None, end: str | None) -> Window:
    """Read a window: an IANA zone, `Mon-Fri` or `Sat,Sun`, `09:00-17:00` or several, and ISO dates.

    What is None is left open, but at least one must be given. `24:00` is the end of a day.

    Raises: `WindowError`, also for a window in which no time can be.
    """
    if days is None and hours is None and start is None and end is None:
        raise WindowError("a window needs days, hours or a date")
    first, last = _date(start), _date(end)
    chosen = frozenset(range(_WEEK)) if days is None else frozenset(_chosen(days))
    if first is not None and last is not None:
        if last < first:
            raise WindowError("the window ends before it begins")
        length = (last - first).days + 1
        if length < _WEEK and chosen.isdisjoint((first.weekday() + number) % _WEEK for number in range(length)):
            raise WindowError("none of the days lies between the dates")
    given = (days, hours, f"from {start}" if start else None, f"until {end}" if end else None, zone)
    return Window(
        zone=_zone(zone),
        days=chosen,
        spans=(Span(start=0, end=_MIDNIGHT),) if hours is None else tuple(map(_span, hours.split(","))),
        first=first,
        last=last,
        text=" ".join(part for part in given if part),
    )


def _zone(name: str) -> ZoneInfo:
    if "/" not in name and name != "UTC":
        # `EST` has no summer time and `localtime` is whatever the host is set to.
        raise WindowError("a time zone is UTC or an IANA name such as Europe/London")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WindowError("there is no such time zone") from None


def _chosen(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, dash, last = (piece.strip().capitalize() for piece in part.partition("-"))
        if first not in _DAYS or (dash and last not in _DAYS):
            raise WindowError("days are written as in Mon-Fri or Sat,Sun")
        at = _DAYS.index(first)
        yield at
        while dash and _DAYS[at] != last:
            at = (at + 1) % _WEEK
            yield at


def _span(text: str) -> Span:
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        raise WindowError("hours are written as in 09:00-17:00")
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    if start >= _MIDNIGHT or end > _MIDNIGHT:
        raise WindowError("a day has 24 hours, and 24:00 is only an end")
    if start == end:
        raise WindowError("the hours end where they begin; a whole day is 00:00-24:00")
    return Span(start=start, end=end)


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    if _DATE.fullmatch(text) is None:
        raise WindowError("a date is written as in 2026-12-31")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WindowError("there is no such date") from None
