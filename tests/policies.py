"""Policies for tests, written as the rules of a policy file."""

import json

from extproc.config.policy_file import parse_policy
from extproc.policy.rules import Policy


def policy(*rules: dict[str, object], default: str = "allow") -> Policy:
    """Load a policy with these rules; each without an id gets one by its place."""
    numbered = [{"id": f"rule-{number}", **rule} for number, rule in enumerate(rules)]
    filled = numbered or [{"id": "nothing", "effect": "allow", "methods": ["no/such"]}]
    document = {"version": 1, "default": default, "rules": filled}
    return parse_policy(json.dumps(document).encode(), "policy.yaml")


ALLOW_ALL = policy({"effect": "allow"})
