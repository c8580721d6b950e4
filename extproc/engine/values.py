"""Values that the vault keeps for marks, and what marks in a message stand for."""

from collections.abc import Mapping
from typing import Final

from extproc.engine.judging import Engine
from extproc.model.message import Message
from extproc.pipeline.inspection import Inspection
from extproc.policy.rules import Policy
from extproc.redact.restore import VaultEntry, vault_marks

NO_ENTRIES: Final[Mapping[str, VaultEntry]] = {}


async def known_marks(engine: Engine, policy: Policy, scope: str, message: Message) -> Mapping[str, VaultEntry]:
    """Return what the marks in a message of a client stand for, by their letters; those of other scopes for nothing."""
    if not engine.keeps_values(policy):
        return NO_ENTRIES
    found = {}
    for entity, letters in vault_marks(message.document):
        entry = await engine.ports.vault.get(scope, entity, letters)
        if entry is not None:
            found[letters] = entry
    return found


async def keep_values(engine: Engine, inspection: Inspection) -> Mapping[tuple[str, str], str]:
    """Have the vault keep what the marks of a message will promise; return their letters, by entity and value."""
    context, letters = inspection.context, dict(inspection.context.letters)
    for sort, text in inspection.plan.to_keep:
        letters[sort.entity, text] = await engine.ports.vault.put(
            context.scope, sort.entity, sort.category, text, server=context.server, ttl=engine.settings.vault_seconds
        )
    return letters
