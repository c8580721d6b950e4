"""What the name of a tool says it does: the verb that rules, and what it is done to."""

from functools import lru_cache
from itertools import pairwise
from typing import Final

from extproc.classify import verbs
from extproc.classify import vocabulary as words
from extproc.classify.command_lines import CLI, GROUPED
from extproc.classify.sensitive import credential_pair, mentions_persons, names_credential, singular
from extproc.classify.tokens import bases, tokenize, word_set
from extproc.model.intent import RANK, Intent
from extproc.model.value import value

_JOINING: Final = frozenset({"and", "or", "then"})
_QUESTIONS: Final = frozenset({"is", "has", "can", "does", "should", "are", "which", "what", "who", "how"})
_BEHIND_SECRET: Final = word_set("value values version by from for data string plaintext get read show in")
_OFF: Final = word_set("disable deactivate off stop suspend pause bypass skip silence turn_off")
_PAYS: Final = word_set("send issue make initiate execute transfer wire")


@value
class NameReading:
    """What a name says. `code` is None when it says nothing; `sure` is False when the word may be a noun as well."""

    intent: Intent
    code: str | None
    verb: str
    words: tuple[str, ...]
    sure: bool = True
    generic: bool = False
    executor: bool = False

    @property
    def outward(self) -> bool:
        """Tell whether such a tool hands content to somebody."""
        return any(singular(word) in words.OUTWARD for word in self.words)

    @property
    def reads_only(self) -> bool:
        """Tell whether the name says that statements only read: `run_select_query`, `read_only_sql`."""
        return "select" in self.words or "readonly" in self.words or ("read", "only") in pairwise(self.words)

    @property
    def overwrites(self) -> bool:
        """Tell whether such a tool replaces what is there."""
        return self.intent is Intent.WRITE and self.verb in words.OVERWRITES


@lru_cache(maxsize=4096)
def read_name(name: str) -> NameReading:
    """Read the name of a tool or of an operation."""
    tokens = _phrased(tokenize(name))
    verb, at, sure = _ruling_verb(tokens)
    if verb is None:
        return _without_verb(tokens)
    intent = _class_of(verb)
    plain = NameReading(intent=intent, code="name_verb", verb=verb, words=tokens, sure=sure)
    if any(token in _JOINING for token in tokens):
        return _joined(plain)
    if at == 0 or tokens[0] not in words.GENERIC:
        special = _special(verb, tokens)
        if special is not None:
            return NameReading(intent=special[1], code=special[0], verb=verb, words=tokens, sure=True)
    return plain


def _phrased(tokens: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for token in tokens:
        if found and (found[-1], token) in verbs.PHRASES:
            found[-1] = f"{found[-1]}_{token}"
        else:
            found.append(token)
    return tuple(found)


def _class_of(verb: str) -> Intent:
    first, _, second = verb.partition("_")
    return verbs.PHRASES[first, second] if second else (verbs.verb_class(verb) or Intent.READ)


def _is_verb(token: str) -> bool:
    return "_" in token or verbs.verb_class(token) is not None


def _ruling_verb(tokens: tuple[str, ...]) -> tuple[str | None, int, bool]:
    """Return the verb that rules, where it stands, and whether it can be nothing else.

    A certain verb that comes first rules; behind nouns the first certain verb does (`pods_delete`); words that may be
    nouns rule only where nothing else does, or in the first place.
    """
    places = [at for at, token in enumerate(tokens) if _is_verb(token)]
    if tokens and tokens[-1] in words.MANAGING and all(tokens[at] in verbs.NOUNS_TOO for at in places):
        # `file_manager`: what is managed is a noun, also where it reads like a verb.
        return None, 0, False
    if (
        len(tokens) > 1
        and tokens[-1] in words.DETAIL_NOUNS
        and all(tokens[at] in verbs.NOUNS_TOO and tokens[at] not in words.SAYING for at in places)
    ):
        return None, 0, False
    if tokens and tokens[0] in _QUESTIONS:
        return ("check", 0, True)
    certain = [at for at in places if tokens[at] not in verbs.NOUNS_TOO]
    if not certain and tokens and tokens[-1] in verbs.VERBS_AT_THE_END:
        return tokens[-1], len(tokens) - 1, True
    if certain and certain[-1] == len(tokens) - 1 and 0 not in certain:
        # `storage_sync_group_get`: behind nouns, the verb comes last.
        return tokens[-1], len(tokens) - 1, True
    if certain and tokens[0] in words.GENERIC and certain[0] != len(tokens) - 1 and certain[0] != 1:
        certain = []
    if certain:
        return tokens[certain[0]], certain[0], True
    if tokens and tokens[-1] in words.READ_NOUNS and 0 not in places:
        return None, 0, False
    if places and (places[0] == 0 or not any(token in words.GENERIC for token in tokens)):
        return tokens[places[0]], places[0], places[0] == 0
    return None, 0, False


def _agent(word: str) -> str | None:
    """Return the verb of a noun for who does it (`analyzer`, `file_finder`); None for other nouns."""
    if word in words.NO_AGENTS or not word.endswith(("er", "or")):
        return None
    return next((stem for stem in bases(word[:-2]) if stem in verbs.VERBS), None)


def _without_verb(tokens: tuple[str, ...]) -> NameReading:
    agent = _agent(tokens[-1]) if tokens else None
    if agent is not None and not any(token in words.GENERIC for token in tokens):
        return NameReading(intent=_class_of(agent), code="name_verb", verb=agent, words=tokens, sure=False)
    if tokens and tokens[-1] in words.READ_NOUNS and tokens[-1] not in words.GENERIC and len(tokens) > 1:
        return NameReading(intent=Intent.READ, code="name_noun", verb="", words=tokens, sure=False)
    generic = next((token for token in tokens if token in words.GENERIC), None)
    if len(tokens) == 1 and (tokens[0] in CLI or tokens[0] in GROUPED):
        generic = tokens[0]
    if generic is not None and not (generic == "query" and _reads_by_query(tokens)):
        return NameReading(
            intent=Intent.WRITE,
            code="name_generic",
            verb=generic,
            words=tokens,
            sure=False,
            generic=True,
            executor=_executes(tokens),
        )
    if tokens and (generic or tokens[-1] in words.READ_NOUNS or (len(tokens) > 1 and tokens[0] in words.SHOWN)):
        return NameReading(intent=Intent.READ, code="name_noun", verb=generic or "", words=tokens, sure=False)
    return NameReading(intent=Intent.WRITE, code=None, verb="", words=tokens, sure=False)


def _executes(tokens: tuple[str, ...]) -> bool:
    """Tell whether a tool runs whatever it is given: `execute_query` takes a query of some kind, `execute_sql` any."""
    if any(token in words.SQL_STORES for token in tokens):
        return True
    runs = {token for token in tokens if token in words.EXECUTORS}
    return bool(runs - {"execute", "exec"}) or (bool(runs) and "query" not in tokens)


def _reads_by_query(tokens: tuple[str, ...]) -> bool:
    """Tell `query_metrics` from `query` and `query_postgres`: only the latter take a language that also writes."""
    others = [token for token in tokens if token not in words.GENERIC]
    return tokens[0] == "query" and bool(others) and not any(token in words.SQL_STORES for token in others)


def _joined(reading: NameReading) -> NameReading:
    """`find_and_replace`, `get_or_create`: the most severe of the verbs."""
    verbs = [token for token in reading.words if _is_verb(token)]
    verb = max(verbs, key=lambda each: RANK[_class_of(each)])
    return NameReading(intent=_class_of(verb), code="name_verb", verb=verb, words=reading.words)


def _special(verb: str, tokens: tuple[str, ...]) -> tuple[str, Intent] | None:
    """Return the code and class where what is done to decides, not the verb alone."""
    found = _revealing(verb, tokens) or _harming(verb, tokens)
    if found is not None:
        return found
    match verb:
        case "open":
            writes = any(token in words.OPENED_FOR_WRITING for token in tokens)
            return ("name_verb", Intent.WRITE) if writes else None
        case "resolve":
            writes = any(token in words.RESOLVED for token in tokens)
            return ("name_verb", Intent.WRITE) if writes else None
        case "generate":
            kept = _made(tokens) in words.KEPT_WHEN_GENERATED
            return ("name_verb", Intent.WRITE) if kept else None
        case "create" if any(token in words.RETURNED_TEXTS for token in tokens):
            return ("name_verb", Intent.READ)
        case "ask" | "chat" if any(token in {"agent", "assistant", "copilot", "bot"} for token in tokens):
            # An agent does what it is asked to do.
            return ("name_verb", Intent.WRITE)
        case "select" if any(token in words.SQL_STORES for token in tokens):
            return ("name_verb", Intent.READ)
    return None


def _made(tokens: tuple[str, ...]) -> str:
    """Return what a name says is made: the last noun before a preposition (`invoice_pdf`, `link_for_invoice`)."""
    ends = [at for at, token in enumerate(tokens) if at and token in {"for", "from", "of", "with", "by", "to", "in"}]
    return tokens[ends[0] - 1 if ends else -1]


def _revealing(verb: str, tokens: tuple[str, ...]) -> tuple[str, Intent] | None:
    rest = [token for token in tokens if token != verb]
    name = "_".join(rest)
    if _class_of(verb) is Intent.READ:
        if (verb in {"export", "extract"} and _bulky(rest)) or ("all" in rest and verb == "download"):
            return ("name_bulk", Intent.EXFILTRATIVE)
        if "all" in rest and verb in {"get", "fetch", "retrieve"} and mentions_persons(name):
            return ("name_bulk", Intent.EXFILTRATIVE)
        if verb not in {"generate", "list", "lists", "search", "find", "check", "validate", "scan", "count", "detect"}:
            return _secret(rest)
        return None
    if "public" in rest and verb in {"make", "set", "change", "share", "update", "publish", "toggle", "enable"}:
        return ("name_public", Intent.EXFILTRATIVE)
    return None


def _bulky(rest: list[str]) -> bool:
    return any(token in words.BULK_NOUNS for token in rest) or mentions_persons("_".join(rest))


def _secret(rest: list[str]) -> tuple[str, Intent] | None:
    """One secret is read when the secret is the last noun: not `get_secret_scanning_alert`, not `token_count`."""
    while rest and rest[-1] in _BEHIND_SECRET:
        rest = rest[:-1]
    if rest[-1:] == ["env"] or rest[-2:] in (["env", "vars"], ["environment", "variables"]):
        return ("name_secret", Intent.EXFILTRATIVE)
    tail = "_".join(rest[-2:])
    alone = bool(rest) and singular(rest[-1]) == "token"
    bare = len(rest) > 1 and alone and not credential_pair(*rest[-2:])
    if rest and names_credential(tail) and _last_is_secret(rest) and not bare:
        return ("name_secret", Intent.EXFILTRATIVE)
    return None


def _last_is_secret(rest: list[str]) -> bool:
    return names_credential(rest[-1]) or (len(rest) > 1 and credential_pair(*rest[-2:]))


def _harming(verb: str, tokens: tuple[str, ...]) -> tuple[str, Intent] | None:
    if verb in _OFF or verb == "turn_off":
        if any(token in words.PROTECTIONS for token in tokens):
            return ("name_security", Intent.DESTRUCTIVE)
        if verb in {"stop", "turn_off"} and any(token in words.RUNNING for token in tokens):
            return ("name_outage", Intent.DESTRUCTIVE)
    if verb in {"open", "unlock"} and any(token in words.PHYSICAL for token in tokens):
        return ("name_security", Intent.DESTRUCTIVE)
    if verb in {"reset", "change"} and any(token in words.CREDENTIALS for token in tokens):
        return ("name_security", Intent.DESTRUCTIVE)
    return _paying(verb, tokens)


def _paying(verb: str, tokens: tuple[str, ...]) -> tuple[str, Intent] | None:
    """Money that leaves does not come back; a payment that is asked for (`payment_link`) is no such."""
    out = ("name_money", Intent.DESTRUCTIVE)
    if verb == "pay":
        return out
    if verb in {"send", "transfer"} and any(token in {"money", "funds", "cash", "crypto"} for token in tokens):
        return out
    if verb in _PAYS and tokens[-1] in {"payment", "payments", "transaction"}:
        return out
    if _class_of(verb) is not Intent.READ and any(
        token in {"refund", "payout", "withdrawal", "disbursement"} for token in tokens
    ):
        return out
    ends = tokens[-1] == "transfer" or (len(tokens) > 1 and tokens[-2:] == ("transfer", verb))
    return out if ends and verb in {"create", "make", "initiate", "execute", "wire", "send", "submit"} else None
