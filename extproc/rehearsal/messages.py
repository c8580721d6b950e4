"""Messages as they are made up and written down: from names to a message, and from a situation to a line of text."""

from dataclasses import dataclass

from extproc.model.message import JsonObject, Message, Notification, Request, named_target
from extproc.model.principal import Principal
from extproc.policy.facts import History
from extproc.rehearsal.situation import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a made-up message names."""

    method: str
    server: str
    target: str | None = None


def form_message(form: Form, arguments: JsonObject | None = None) -> Message:
    """Return the message of a form."""
    if form.method.startswith("notifications/"):
        return Notification(method=form.method, params={}, document={"jsonrpc": "2.0", "method": form.method})
    params: JsonObject = {}
    if form.method in {"tools/call", "prompts/get"}:
        params = {"name": form.target, "arguments": arguments or {}}
    elif form.target is not None:
        params = {"uri": form.target}
    document: JsonObject = {"jsonrpc": "2.0", "id": 1, "method": form.method, "params": params}
    return Request(id=1, method=form.method, params=params, document=document)


def line_of(situation: Situation) -> JsonObject:
    """Write a situation as a line that `extproc policy explain` reads."""
    context = situation.context
    line: JsonObject = {"direction": context.direction.value, "server": context.server}
    if context.principal.verified:
        line["principal"] = _who(context.principal)
    if context.namespace is not None:
        line["namespace"] = context.namespace
    if situation.intent is not None:
        line["intent"] = situation.intent.value
    if context.history != History():
        line["history"] = _past(context.history)
    if context.standing.flags:
        line["flags"] = [*sorted(context.standing.flags)]
    line["at"] = context.now
    if context.call is not None:
        line["call"] = {"method": context.call.method, "target": context.call.target}
    line["message"] = situation.message.document
    return line


def _who(principal: Principal) -> JsonObject:
    members: JsonObject = {"subject": principal.subject}
    for name in ("groups", "roles", "scopes"):
        words = getattr(principal, name)
        if words is not None:
            members[name] = [*sorted(words)]
    for name in ("source", "issuer", "agent", "organisation", "team", "run"):
        if getattr(principal, name) is not None:
            members[name] = getattr(principal, name)
    return members


def _past(past: History) -> JsonObject:
    return {
        "calls": past.calls,
        "refused": past.refused,
        "tools": [*sorted(past.tools)],
        "intents": [*sorted(past.intents)],
        "labels": [*sorted(past.labels)],
        "risk": past.risk,
    }


def method_of(situation: Situation) -> str | None:
    """Return the method of a request or notification."""
    message = situation.message
    return message.method if isinstance(message, Request | Notification) else None


def target_of(situation: Situation) -> str | None:
    """Return what a request names."""
    message = situation.message
    return named_target(message.method, message.params) if isinstance(message, Request) else None
