"""The class of a request or notification, in either direction."""

from collections.abc import Mapping
from typing import Final

from extproc.classify.arguments import read_arguments
from extproc.classify.catalogue import of_method
from extproc.classify.codes import conclude, seen
from extproc.classify.names import read_name
from extproc.classify.profile import ToolProfile, unknown_profile
from extproc.classify.resources import read_uri
from extproc.classify.subject import Subject
from extproc.model.intent import Classification, Evidence, Intent
from extproc.model.message import JsonValue, Notification, Request

_ARGUMENTS: Final = ("params", "arguments")
_PROMPT: Final = read_name("get_prompt")


def classify(
    message: Request | Notification, profile: ToolProfile | None, *, inside: frozenset[str] = frozenset()
) -> Classification:
    """Class a request or notification; every one has a class.

    `profile` is of the tool that is called, None when its definition was never seen. `inside` holds domain suffixes
    whose
    hosts and addresses are inside; without any, private and reserved names are, and all others are outside.
    """
    match message.method:
        case "tools/call":
            return _call(message.params, profile, inside)
        case "resources/read" | "resources/subscribe":
            return _resource(message.params, inside)
        case "prompts/get" | "completion/complete":
            return _prompt(message.params, inside)
        case method:
            intent = of_method(method, message.params)
            if intent is None:
                return conclude(seen([("method_unknown", Intent.WRITE)], "method"))
            return conclude(seen([("method_fixed", intent)], "method"))


def _object(members: Mapping[str, JsonValue], key: str) -> Mapping[str, JsonValue]:
    found = members.get(key)
    return found if isinstance(found, dict) else {}


def _call(params: Mapping[str, JsonValue], profile: ToolProfile | None, inside: frozenset[str]) -> Classification:
    name, arguments = params.get("name"), _object(params, "arguments")
    if profile is None:
        profile = unknown_profile(name[:256] if isinstance(name, str) else "")
    evidence: tuple[Evidence, ...] = profile.base
    decided = False
    if arguments:
        subject = Subject(
            name=profile.name, intent=profile.intent, decides=profile.decides, selector=profile.selector, inside=inside
        )
        reading = read_arguments(subject, arguments, _ARGUMENTS)
        evidence, decided = (*evidence, *reading.evidence), reading.decided
    elif profile.bare:
        evidence = (*evidence, *profile.bare)
    if not decided:
        evidence = (*evidence, *profile.open)
    return conclude(evidence or seen([("name_generic", Intent.WRITE)], "name"))


def _resource(params: Mapping[str, JsonValue], inside: frozenset[str]) -> Classification:
    uri = params.get("uri")
    marks = read_uri(uri, inside) if isinstance(uri, str) else ()
    return conclude((*seen([("resource_read", Intent.READ)], "method"), *seen(marks, "/params/uri")))


def _prompt(params: Mapping[str, JsonValue], inside: frozenset[str]) -> Classification:
    """Class the use of a prompt, which is a template: its arguments matter where a server fetches what they name."""
    subject = Subject(name=_PROMPT, intent=Intent.READ, decides=False, selector=None, inside=inside)
    key = "argument" if "argument" in params else "arguments"
    reading = read_arguments(subject, _object(params, key), ("params", key))
    return conclude((*seen([("method_fixed", Intent.READ)], "method"), *reading.evidence))
