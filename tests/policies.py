"""Policies for tests, written as the rules of a policy file."""

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from extproc.config.policy_file import parse_policy
from extproc.config.vocabulary import Vocabulary
from extproc.policy.rules import Policy

HEAD: Final = """\
apiVersion: mcp-extproc/v1
kind: Policy
metadata: {name: test}
"""
# What a rule is about stands under `match` in the file; here it may stand beside the effect.
_MATCH: Final = frozenset(
    {"on", "direction", "servers", "methods", "tools", "prompts", "resources", "subjects", "issuers", "sources"}
    | {"groups", "roles", "agents", "organisations", "teams", "namespaces", "verified", "intents", "evidence"}
    | {"findings", "flags", "session", "not"}
)


def policy(*rules: Mapping[str, object], default: str = "allow", channels: AbstractSet[str] | None = None) -> Policy:
    """Load a policy with these rules; each without an id gets one by its place."""
    numbered = [_rule({"id": f"rule-{number}", **rule}) for number, rule in enumerate(rules)]
    filled = numbered or [{"id": "nothing", "effect": "allow", "match": {"methods": ["no/such"]}}]
    vocabulary = Vocabulary(channels=frozenset(channels) if channels is not None else None)
    return parse_policy(document(filled, default=default), "policy.yaml", vocabulary)


def document(rules: list[dict[str, object]], *, default: str = "deny") -> bytes:
    """Write a policy file with these rules."""
    spec = {"default": default, "rules": rules}
    return json.dumps(
        {"apiVersion": "mcp-extproc/v1", "kind": "Policy", "metadata": {"name": "test"}, "spec": spec}
    ).encode()


def _rule(rule: Mapping[str, object]) -> dict[str, object]:
    match = {key: rule[key] for key in rule if key in _MATCH}
    rest = {key: rule[key] for key in rule if key not in _MATCH}
    return {**rest, "match": match} if match else rest


ALLOW_ALL = policy({"effect": "allow"})
