"""Whether one rule matches wherever another does, told from what they say; where that is not plain, it does not."""

from typing import Final

from extproc.policy.conditions import AnyOf, Condition, Like, Not
from extproc.policy.expression import When
from extproc.policy.globs import Globs
from extproc.policy.question import Kind
from extproc.policy.rules import Layer, Mode, Rule

# What stands for a run of any characters: no policy names it, so only a star can fit it.
_ANYTHING: Final = ("", "q", "q\x01q", "\x01" * 40)
_STARTS: Final = frozenset({Kind.REQUEST, Kind.NOTIFICATION})


def covers(wide: Rule, wide_layer: Layer, narrow: Rule, narrow_layer: Layer) -> bool:
    """Tell whether the effect of `wide` is asked for wherever that of `narrow` is."""
    if wide.mode is Mode.SHADOW or wide_layer.mode is Mode.SHADOW:
        return False
    if wide_layer.scope is not None and wide_layer is not narrow_layer:
        return False
    always = ((wide.servers, narrow.servers), (wide.methods, narrow.methods))
    named = ((wide.tools, narrow.tools), (wide.prompts, narrow.prompts), (wide.resources, narrow.resources))
    return (
        (wide.direction is None or wide.direction is narrow.direction)
        and (narrow.kinds or _STARTS) <= (wide.kinds or _STARTS)
        and all(_wider(one, other) for one, other in always)
        and all(one is None or (other is not None and _wider(one, other)) for one, other in named)
        and all(any(_implies(has, asked) for has in narrow.conditions) for asked in wide.conditions)
    )


def disjoint(one: Condition, other: Condition) -> bool:
    """Tell whether two conditions cannot both hold: what is asked for is what must not be."""
    match one, other:
        case AnyOf(field=field, allowed=allowed), Not(condition=AnyOf(field=forbidden, allowed=words)):
            return field is forbidden and allowed <= words
        case Like(field=field, globs=globs), Not(condition=Like(field=forbidden, globs=others)):
            return field is forbidden and _wider(others, globs)
        case _:
            return False


def fits_some(pattern: str, globs: Globs) -> bool:
    """Tell whether a glob and some others could fit the same name: literals are sure, of globs their beginnings are."""
    if "*" not in pattern and "?" not in pattern:
        return globs.fit(pattern)
    start = _fixed(pattern)
    return any(_fixed(other).startswith(start) or start.startswith(_fixed(other)) for other in globs.patterns)


def _fixed(pattern: str) -> str:
    return pattern.partition("*")[0].partition("?")[0]


def _wider(wide: Globs | None, narrow: Globs | None) -> bool:
    if wide is None:
        return True
    if narrow is None:
        return "*" in wide.patterns
    return all(
        wide.fit(pattern.replace("*", some).replace("?", "\x02")) for pattern in narrow.patterns for some in _ANYTHING
    )


def _implies(has: Condition, asked: Condition) -> bool:
    match has, asked:
        case AnyOf(field=field, allowed=allowed), AnyOf(field=wanted, allowed=words):
            return field is wanted and allowed <= words
        case Like(field=field, globs=globs), Like(field=wanted, globs=others):
            return field is wanted and _wider(others, globs)
        case When(source=source), When(source=wanted):
            return source == wanted
        case _:
            return has == asked
