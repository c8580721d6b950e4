"""What is learnt from a result: labels, sensitive values and texts, and what it tells its reader to do."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from extproc.classify.tokens import tokenize, word_set
from extproc.model.finding import Category
from extproc.model.passage import Passage
from extproc.sessions.asks import MAX_ASKS, Clause, asks_of
from extproc.sessions.fingerprints import MAX_SHINGLES, Printer
from extproc.sessions.flows import HELD
from extproc.sessions.kinds import Kind, mask_of
from extproc.sessions.sinks import Sink
from extproc.sessions.steps import Pointer, ResultStep
from extproc.sessions.targets import addressed, plain, targets_of
from extproc.sessions.trail import BULK, CREDENTIAL, FLAGGED, SUSPICIOUS, UNTRUSTED, Ask, Copy, Item, Mark

_FINDING: Final = 0.5
_HINT: Final = 0.15
_SENSITIVE: Final = frozenset({Category.SECRET, Category.PII, Category.FINANCIAL, Category.CUSTOM})
# Of these one is in every second message: many of them together are what must not leave.
_COMMON: Final = word_set(
    """
    email phone person_name postal_address postcode geo_coordinates ip_address mac_address date_of_birth username
    url_credentials_user crypto_address bic
    """
)
_SECRET_LIKE: Final = re.compile(r"(?=\S{0,60}[0-9]|\S{20})[A-Za-z0-9+/_=!@#$%^&*.~-]{16,512}")
_MAX_REVEALED: Final = 8
_MANY: Final = 8
_MAX_BULK: Final = 64
_BULK_TEXT: Final = 2048
_MAX_VALUES: Final = 24
_MAX_COPIES: Final = 2
_AROUND: Final = 600
_LONG_TEXT: Final = 160
_FEWEST_SPACES: Final = 3
_MAX_SEEN: Final = 96
# Strings of a result that are looked at for instructions beside those with a passage, and their length in all.
_MAX_TEXTS: Final = 400
_MAX_TOTAL: Final = 131_072
_SHORTEST_TEXT: Final = 12
_LONGEST_TEXT: Final = 16_384
_PAYS: Final = mask_of(frozenset({Kind.PAYMENT}))
_HARD: Final = 16
_SOFT: Final = 12
# What the arguments of a call say when somebody wants to be told what to do: a list of tasks, a bill, instructions.
_SOLICITS: Final = word_set(
    """
    todo todos task tasks instruction instructions action actions checklist assignment assignments
    request requests ticket tickets issue issues howto guide readme runbook playbook steps
    setup procedure
    """
)


# Of what is asked for by these words, a payment is no surprise.
_BILLS: Final = word_set("bill bills invoice invoices receipt receipts rent fee fees lunch dues statement reminder")
_SECRETS: Final = word_set(
    """
    secret secrets vault credential credentials password passwords keychain keyring keystore bitwarden onepassword
    lastpass ssm kms keyvault token tokens
    """
)
_SEARCH: Final = word_set("search find query lookup")
_OPEN: Final = word_set("get read fetch open show view")
_ACCOUNT: Final = re.compile(r"[a-z]{2}[0-9]{2}[a-z0-9]{10,30}")
# Where the word begins is asked behind its first letter, so that this is looked for at once.
_BANK: Final = re.compile(r"[A-Z](?<!\w.)[A-Z][0-9]{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b")
_ABOUT: Final = re.compile(r"[a-z]{4,}")
_COMMON_WORDS: Final = word_set(
    """
    this that with from into have will your their about please http https mail email emails message messages file
    files send read open list item items newer unread inbox example name data page user users www json text
    """
)
_LOOKS_FOR: Final = word_set("query q search subject title keyword keywords term terms topic filter path file filename")
_MAX_ABOUT: Final = 12
_LOOKED_AT: Final = 8
_LONGEST_ID: Final = 200


def sought(tool: str, sink: Sink) -> tuple[int, frozenset[str]]:
    """Return what a call says of what it looks for: marks, and the words that it is about.

    Whoever asks for a list of tasks, a bill or a secret is not surprised by what these are.
    """
    name = set(tokenize(tool))
    about: dict[str, None] = {}
    words = set(name)
    for leaf in islice(sink.filled, _LOOKED_AT):
        found = tokenize(leaf.text[:_LONGEST_ID])
        words.update(found)
        if leaf.words[-1:] and leaf.words[-1] in _LOOKS_FOR:
            about.update(dict.fromkeys(found))
    marks = Mark.SOLICITED * (not words.isdisjoint(_SOLICITS)) | Mark.BILL * (not words.isdisjoint(_BILLS))
    marks |= Mark.ASKED_SECRET * (not name.isdisjoint(_SECRETS)) | Mark.SEARCHES * (not name.isdisjoint(_SEARCH))
    marks |= Mark.OPENS * (not name.isdisjoint(_OPEN)) | Mark.BARE * (len(words) == len(name))
    text = " ".join(leaf.text[:_LONGEST_ID] for leaf in islice(sink.filled, _LOOKED_AT))
    marks |= Mark.PLACED * ("/" in text or "." in text)
    telling = (word for word in about if len(word) >= 4 and word not in _COMMON_WORDS)  # noqa: PLR2004 - as _ABOUT
    return marks, frozenset(islice(telling, _MAX_ABOUT))


def objects_of(result: ResultStep, category: str, printer: Printer) -> tuple[Copy, ...]:
    """Return the ids by which a result names what a call with sensitive data has made."""
    texts = (text for _, text in result.texts)
    ids: dict[str, None] = {}
    for text in islice(texts, _LOOKED_AT):
        if len(text) <= _LONGEST_ID:
            found = targets_of(text)
            ids.update(dict.fromkeys((plain(text), *found.hard, *found.quoted, *found.soft)))
    ids.pop("", None)
    if not ids:
        return ()
    return (Copy(result.decision_id, result.server, category + HELD, printer.tokens(islice(ids, _MAX_ABOUT))),)


def labels_of(result: ResultStep) -> dict[str, float]:
    """Return the labels that a result sets, with what each adds to the risk."""
    labels: dict[str, float] = {}
    if result.untrusted:
        labels[UNTRUSTED] = 0.02
    sensitive = [finding for finding in result.findings if finding.category in _SENSITIVE]
    labels.update(dict.fromkeys((f"sensitive:{finding.category}" for finding in sensitive), 0.1))
    if any(finding.category is Category.SECRET for finding in sensitive):
        labels[CREDENTIAL] = 0.2
    if len({finding.fingerprint for finding in sensitive}) >= 2 * _MANY:
        labels[BULK] = 0.2
    worst = max((passage.score for passage in result.passages), default=0.0)
    if worst >= _FINDING or any(finding.category is Category.INJECTION for finding in result.findings):
        labels[FLAGGED] = 0.6
    elif worst >= _HINT:
        labels[SUSPICIOUS] = 0.15
    return labels


def items_of(result: ResultStep, printer: Printer, *, asked: bool) -> tuple[Item, ...]:
    """Return the sensitive values of a result, without those that are common on their own."""
    texts = dict(result.texts)
    found: dict[str, Item] = {}
    for finding in result.findings:
        if finding.category not in _SENSITIVE or finding.entity in _COMMON or finding.in_key:
            continue
        text = texts.get(finding.pointer)
        if not finding.fingerprint or finding.fingerprint in found:
            continue
        size, grams = printer.value(text[finding.start : finding.end]) if text is not None else (0, ())
        found[finding.fingerprint] = Item(
            result.decision_id,
            result.server,
            finding.category.value,
            finding.fingerprint,
            size,
            asked,
            grams,
            0,
            (),
        )
        if len(found) >= _MAX_VALUES:
            break
    return tuple(found.values())


def revealed_by(result: ResultStep, printer: Printer) -> tuple[Item, ...]:
    """Return what in a result of a call that reads secrets may be one, whether or not its format is known."""
    found: dict[str, Item] = {}
    for _, text in result.texts:
        for run in _SECRET_LIKE.finditer(text, 0, _LONGEST_TEXT):
            size, grams = printer.value(run.group())
            mark = f"{printer.token(run.group()):08x}"
            made_of = (result.decision_id, result.server, Category.SECRET.value, mark, size, True, grams, 0, ())
            found[mark] = Item._make(made_of)
            if len(found) >= _MAX_REVEALED:
                return tuple(found.values())
    return tuple(found.values())


def copies_of(result: ResultStep, printer: Printer) -> tuple[Copy, ...]:
    """Return the fingerprints of the texts around sensitive values, and of all values where there are many."""
    copies = []
    common = dict.fromkeys(
        int(finding.fingerprint[:8], 16)
        for finding in result.findings
        if finding.category in _SENSITIVE and finding.fingerprint
    )
    if len(common) >= _MANY:
        copies.append(Copy(result.decision_id, result.server, BULK, tuple(common)[:_MAX_BULK]))
    texts = dict(result.texts)
    if copies:
        longest = max((texts.get(finding.pointer, "") for finding in result.findings), key=len)
        shingles = printer.shingles(longest[:_BULK_TEXT])[:MAX_SHINGLES]
        copies.append(Copy(result.decision_id, result.server, f"{BULK}_text", shingles))
    done: set[Pointer] = set()
    for finding in result.findings:
        if finding.category is not Category.SECRET and (
            finding.category not in _SENSITIVE or finding.entity in _COMMON
        ):
            continue
        text = texts.get(finding.pointer, "")
        if finding.pointer in done or len(text) < _LONG_TEXT or len(done) >= _MAX_COPIES:
            continue
        done.add(finding.pointer)
        shingles = printer.shingles(text[max(0, finding.start - _AROUND) : finding.end + _AROUND])
        copies.append(Copy(result.decision_id, result.server, f"{finding.category}_text", shingles[:MAX_SHINGLES]))
    return tuple(copies)


def told_by(
    result: ResultStep, printer: Printer, now: float, marks: int, topics: frozenset[int]
) -> tuple[tuple[Ask, ...], tuple[int, ...]]:
    """Return what a result tells its reader to do, and the fingerprints of what it names as data besides.

    `marks` are those of its call, `topics` what calls looked for so far.
    """
    asks: list[Ask] = []
    seen: dict[int, None] = {}
    passages = _by_text(result.passages)
    left = _MAX_TOTAL
    for number, (pointer, text) in enumerate(result.texts):
        found = passages.get(pointer, ())
        looked_at = number < _MAX_TEXTS and left > 0 and len(text) >= _SHORTEST_TEXT
        if not (looked_at or found):
            continue
        left -= len(text)
        # Below a few words nothing is asked of anybody; scripts without spaces are looked at all the same.
        wordy = text.count(" ") >= _FEWEST_SPACES or not text.isascii()
        clauses = asks_of(text, found) if found or (wordy and result.untrusted) else ()
        rest = _without(text, clauses)
        accounts = frozenset(map(_account, _BANK.findall(rest[:_LONGEST_TEXT]))) if clauses else frozenset()
        for clause in clauses:
            own = frozenset(target for target in clause.targets.hard if _ACCOUNT.fullmatch(target) is not None)
            rival = bool(own and accounts - own)
            about = printer.tokens(about_of(text[clause.start : clause.end])) if topics else ()
            solicited = _solicits(clause, marks, rival=rival) or not topics.isdisjoint(about)
            asks.append(_ask(clause, result, printer, now, solicited=solicited and not clause.spoken, rival=rival))
        if len(seen) < _MAX_SEEN:
            names = dict.fromkeys(addressed(rest))
            seen.update(dict.fromkeys(printer.tokens(islice(names, _MAX_SEEN))))
    asks.sort(key=lambda ask: (-ask.score, -ask.odds))
    return tuple(asks[:MAX_ASKS]), tuple(seen)


def _account(text: str) -> str:
    return plain(text.replace(" ", ""))


def _solicits(clause: Clause, marks: int, *, rival: bool) -> bool:
    """Tell whether a call looked for what tells it what to do, or for a bill, which tells whom to pay."""
    if marks & Mark.SOLICITED:
        return True
    return bool(marks & Mark.BILL) and bool(clause.kinds & _PAYS) and not rival


def about_of(text: str) -> frozenset[str]:
    """Return the words of a clause that say what it is about."""
    return frozenset(word for word in _ABOUT.findall(text.casefold()) if word not in _COMMON_WORDS)


def _by_text(passages: Iterable[Passage]) -> dict[Pointer, list[Passage]]:
    found: dict[Pointer, list[Passage]] = {}
    for passage in passages:
        if not passage.in_key:
            found.setdefault(passage.pointer, []).append(passage)
    return found


def _without(text: str, clauses: Sequence[Clause]) -> str:
    """Return a text without its clauses: what is named in these only is no data."""
    kept, at = [], 0
    for clause in sorted(clauses, key=lambda each: each.start):
        kept.append(text[at : clause.start])
        at = max(at, clause.end)
    kept.append(text[at:])
    return " ".join(kept)


def _ask(clause: Clause, result: ResultStep, printer: Printer, now: float, *, solicited: bool, rival: bool) -> Ask:
    targets = clause.targets
    return Ask(
        result.decision_id,
        now,
        clause.kinds,
        round(clause.score, 3),
        solicited,
        rival,
        printer.tokens((*targets.hard, *targets.quoted)[:_HARD]),
        printer.tokens(targets.soft[:_SOFT]),
        round(clause.odds, 3),
    )
