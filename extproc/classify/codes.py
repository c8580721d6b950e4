"""The catalogue of evidence: every code, how sure a class is that rests on it, and what it says.

One scale for all: 1 is fixed by the protocol, about 0.95 was parsed from an argument, 0.9 was said by the server,
0.85 is
a verb in a name, 0.8 a pattern in a value, 0.7 a verb in a description, and 0.4 and below means that little is known.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

from extproc.model.intent import RANK, Classification, Evidence, Intent

# What a parser of one value found, before it is known where the value stands.
Mark: TypeAlias = tuple[str, Intent]

CODES: Final[dict[str, tuple[float, str]]] = {
    "method_fixed": (1.0, "the method has a fixed class"),
    "method_unknown": (0.4, "the protocol has no such method"),
    "name_verb": (0.85, "the verb in the name of the tool"),
    "name_generic": (0.4, "the name leaves open what the tool does (`manage`, `run`) and nothing else decides"),
    "name_noun": (0.5, "a name without a verb, which ends in what it shows"),
    "name_unknown": (0.3, "neither name nor description holds a known verb"),
    "name_executes": (0.6, "the name says that the tool runs what it is given, and the call shows nothing"),
    "name_secret": (0.85, "the name says that one secret is read out"),
    "name_bulk": (0.85, "the name says that personal or all data are exported"),
    "name_public": (0.85, "the name says that something is made public"),
    "name_money": (0.85, "the name says that money leaves"),
    "name_security": (0.85, "the name says that a protection is switched off or a credential reset"),
    "name_outage": (0.85, "the name says that something running is stopped"),
    "description_verb": (0.7, "the verbs that open the description"),
    "description_warning": (0.7, "the description warns of loss (`permanently`, `cannot be undone`)"),
    "description_overwrites": (0.7, "the description says that what exists is overwritten"),
    "description_executes": (0.7, "the description says that the tool runs any command, code or statement"),
    "annotation_read_only": (0.9, "a trusted server says that the tool only reads"),
    "annotation_not_read_only": (0.9, "the server says that the tool does not only read"),
    "annotation_additive": (0.9, "a trusted server says that the tool only adds"),
    "annotation_destructive": (0.9, "the server says that the tool may destroy"),
    "schema_operation": (0.6, "the worst operation that the schema offers, when a call names none"),
    "schema_executes": (0.6, "the schema takes a command, code or statement, and the call shows none"),
    "schema_money": (0.7, "the tool sends, and its schema takes an amount"),
    "schema_saves": (0.6, "the schema takes a place where the result is saved as a file"),
    "update_without_target": (0.6, "a tool that overwrites is called without any argument that bounds it"),
    "operation": (0.95, "the operation that an argument names"),
    "operation_unknown": (0.4, "the operation that an argument names is not known"),
    "argument_read": (0.9, "the argument that decides was parsed and only reads"),
    "argument_unreadable": (0.4, "the argument that decides could not be parsed"),
    "argument_too_large": (0.4, "some of the arguments were too many, too long or too deep to be looked at"),
    "sql_write": (0.95, "a statement that changes rows or adds objects"),
    "sql_destroy": (0.95, "a statement that deletes, drops, truncates or revokes"),
    "sql_unfiltered": (0.95, "an UPDATE or DELETE without a condition that limits it"),
    "sql_bulk": (0.95, "personal data are selected without a limit, an aggregate or a key"),
    "sql_wide_filter": (0.95, "personal data are selected by a filter that fits most rows"),
    "sql_secret": (0.95, "credentials are selected"),
    "sql_export": (0.95, "rows leave the database for a file, a program or another server"),
    "sql_function": (0.95, "a function with side effects is called"),
    "sql_lock": (0.95, "rows are locked"),
    "sql_executable_comment": (0.9, "a comment that MySQL executes"),
    "sql_ambiguous": (0.8, "quoting or comments that dialects read differently"),
    "sql_opaque": (0.5, "a statement that cannot be parsed"),
    "sql_too_large": (0.5, "a statement that is too long or too deep to be parsed"),
    "shell_write": (0.95, "a command that changes something"),
    "shell_destroy": (0.95, "a command that deletes, overwrites or stops something"),
    "shell_send": (0.95, "a command that sends data to another host"),
    "shell_secret": (0.95, "a command that prints secrets"),
    "shell_dump": (0.95, "a command that copies data out in bulk"),
    "shell_remote_code": (0.95, "what was downloaded or decoded is run"),
    "shell_unknown": (0.5, "a command that is not known"),
    "shell_opaque": (0.5, "a command line that cannot be parsed"),
    "shell_too_large": (0.5, "a command line that is too long to be parsed"),
    "code_write": (0.8, "program text that changes something"),
    "code_destroy": (0.8, "program text that deletes or runs commands"),
    "code_send": (0.8, "program text that sends data to another host"),
    "code_secret": (0.8, "program text that reads secrets"),
    "code_opaque": (0.5, "program text of which nothing is known"),
    "graphql_mutation": (0.95, "a GraphQL mutation, classed by the names of its fields"),
    "graphql_opaque": (0.5, "GraphQL that cannot be read"),
    "store_write": (0.95, "a document or key is changed"),
    "store_destroy": (0.95, "documents or keys are deleted or overwritten without a filter"),
    "store_bulk": (0.95, "personal documents are read without a filter"),
    "http_method": (0.95, "the HTTP method changes something"),
    "http_body_outside": (0.9, "a request body goes to a host outside"),
    "url_metadata": (0.95, "the metadata service of a cloud, which hands out credentials"),
    "url_data": (0.8, "a URL of a host outside carries data"),
    "url_drop": (0.8, "a host where anybody can drop data"),
    "recipient_outside": (0.8, "content is sent to, or shared with, an address outside"),
    "privilege": (0.8, "a role with all rights is given"),
    "public_access": (0.9, "an argument makes something public"),
    "secret_named": (0.8, "an argument of a reading tool names a credential"),
    "file_secret": (0.9, "a file that holds secrets is read"),
    "file_system": (0.9, "a file is written from which the system or a login starts programs"),
    "file_traversal": (0.8, "a path that climbs out of its root"),
    "resource_read": (0.8, "a resource is read by its URI"),
    "bulk_personal": (0.8, "personal data are asked for in bulk"),
    "bulk_change": (0.8, "a change applies to everything"),
    "large_amount": (0.8, "a large amount of money is moved"),
}


def seen(marks: Sequence[Mark], where: str) -> tuple[Evidence, ...]:
    """Say where marks were found; each once."""
    return tuple(Evidence(code=code, intent=intent, where=where) for code, intent in dict.fromkeys(marks))


def worst(marks: Sequence[Mark]) -> Intent:
    """Return the most severe class of marks; without any, `read`."""
    return max((intent for _, intent in marks), key=RANK.__getitem__, default=Intent.READ)


def conclude(evidence: Sequence[Evidence]) -> Classification:
    """Combine evidence: the most severe class, as sure as the best evidence for it."""
    intent = max((each.intent for each in evidence), key=RANK.__getitem__)
    score = max(CODES[each.code][0] for each in evidence if each.intent is intent)
    return Classification(intent=intent, score=score, evidence=tuple(evidence))
