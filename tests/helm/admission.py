"""Evaluates ValidatingAdmissionPolicies as the API server does: match conditions, variables, validations, in CEL.

The engine is another one than the API server's, with the same standard library. It knows no types of Kubernetes, so
that a member which an object cannot have is not found here; `authorizer` is ours: it says what a test lets it say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from cel_expr_python import cel  # type: ignore[import-untyped]  # it has stubs, but does not say so (no py.typed)

from tests.helm.rendering import Object

_MANAGE: Final = "mcp-extproc.io/platform/manage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asks of the API server."""

    new: Object | None = None
    old: Object | None = None
    user: str = "system:serviceaccount:team-a:developer"
    groups: Sequence[str] = ("system:authenticated",)
    may_manage: bool = False
    namespace: str = "team-a"
    extra: Mapping[str, Any] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """Return the variables of CEL."""
        one = self.new or self.old or {}
        return {
            "object": self.new,
            "oldObject": self.old,
            "request": {
                "name": one["metadata"].get("name", ""),
                "namespace": self.namespace,
                "operation": "CREATE" if self.old is None else "UPDATE" if self.new is not None else "DELETE",
                "userInfo": {"username": self.user, "groups": list(self.groups)},
                **self.extra,
            },
            "authorizer": f"{_MANAGE if self.may_manage else ''};",
        }


class ConditionError(RuntimeError):
    """A condition that gives no truth: the API server refuses then, and the chart has a fault."""


def refusals(policy: Object, request: Request) -> list[str]:
    """Return the messages of all validations that do not hold; none where the policy is not about the request."""
    spec, facts = policy["spec"], request.facts()
    if not all(_truth(one["expression"], facts) for one in spec.get("matchConditions", [])):
        return []
    facts["variables"] = {}
    for one in spec.get("variables", []):
        facts["variables"] = {**facts["variables"], one["name"]: _truth(one["expression"], facts)}
    return [one["message"] for one in spec["validations"] if not _truth(one["expression"], facts)]


def _truth(expression: str, facts: Mapping[str, Any]) -> bool:
    env = _env("variables" in facts)
    found = _program(expression, "variables" in facts).eval(env.Activation(dict(facts)))
    value = found.value()
    if not isinstance(value, bool) or found.type() != cel.Type.BOOL:
        raise ConditionError(f"{value}: {expression}")
    return value


@cache
def _program(expression: str, with_variables: bool) -> Any:
    return _env(with_variables).compile(expression)


@cache
def _env(with_variables: bool) -> Any:
    names = ["object", "oldObject", "request", *(["variables"] if with_variables else [])]
    text = cel.Type.STRING
    chain = [
        cel.FunctionDecl(name, [cel.Overload(f"{name}_of", text, [text, text], is_member=True, impl=_asked)])
        for name in ("group", "resource", "check")
    ]
    end = cel.FunctionDecl(
        "allowed", [cel.Overload("allowed_of", cel.Type.BOOL, [text], is_member=True, impl=_allowed)]
    )
    variables = {**dict.fromkeys(names, cel.Type.DYN), "authorizer": text}
    return cel.NewEnv(variables=variables, functions=[*chain, end])


def _asked(so_far: str, more: str) -> str:
    return f"{so_far}/{more}"


def _allowed(asked: str) -> bool:
    granted, _, wanted = asked.partition(";/")
    return granted == wanted
