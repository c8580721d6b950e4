"""Arguments that say where content goes and who may see it: recipients, URLs, visibility, files."""

import re
from typing import Final

from extproc.classify import paths, verbs
from extproc.classify.codes import Mark
from extproc.classify.sensitive import names_credential
from extproc.classify.subject import Subject
from extproc.classify.tokens import tokenize, word_set
from extproc.classify.web import addresses_outside, host_inside, is_drop, is_url, read_url, split_url
from extproc.model.intent import Intent
from extproc.model.message import JsonValue

_RECIPIENTS: Final = word_set(
    """
    to cc bcc recipient recipients email emails mail address addresses destination destinations phone number numbers
    webhook target with member members user users grantee collaborator collaborators guest guests invitee invitees
    receiver receivers endpoint audience forward forwarding subscriber principal login username account party
    """
)
_PUBLIC_KEYS: Final = word_set(
    """
    visibility access acl permission permissions scope sharing audience public who privacy role type mode principal
    principals grantee member members
    """
)
_PUBLIC: Final = word_set(
    """
    public public-read public-read-write publicread anyone anyone_with_link anyonewithlink anyone-with-link
    anyonecanview everyone allusers allauthenticatedusers world open anonymous unauthenticated internet
    publicly_accessible public_read blob container anyone_can_view link
    """
)
_SURE_PUBLIC: Final = _PUBLIC - {"open", "link", "container", "blob"}
_CONTENT: Final = word_set(
    """
    content contents text body message description comment title subject note notes prompt summary html markdown
    snippet caption reason old new value data replacement instructions question answer diff patch find search
    pattern regex line lines template
    """
)
_URLS: Final = word_set("url uri href link endpoint webhook callback address target destination")
_SOURCES: Final = word_set("source src from input attachment attachments")
_PLACES: Final = word_set(
    """
    path paths file files filename filenames filepath filepaths uri source src destination dest target location
    folder dir directory output input attachment attachments from to key name
    """
)
_WRITERS: Final = word_set(
    """
    write save create edit append update put insert upload store move copy rename export patch replace install
    symlink link touch apply set modify overwrite
    """
)
_CREDENTIAL_KEYS: Final = word_set(
    """
    key name variable var parameter secret setting field fields columns attributes property properties select env
    """
)
_LISTS_OF_FIELDS: Final = word_set("fields columns attributes properties select")
_LONGEST_NAME: Final = 128
_BUCKET: Final = re.compile(r"(?:s3|gs|az|wasbs?|abfss?|b2|oss|r2|ftp|sftp)://", re.IGNORECASE)
_CARRIES: Final = word_set(
    """
    backup export dump upload copy sync replicate archive mirror send push transfer save write unload store
    """
)
_ROLES: Final = word_set(
    """
    role roles permission permissions privilege privileges access level scope group policy
    """
)
_POWERS: Final = word_set(
    """
    admin administrator administrators owner root superuser superadmin super_admin sudo all full full_control
    fullcontrol master cluster-admin organization_owner administratoraccess roles/owner roles/editor sysadmin
    db_owner global_admin *
    """
)
_CLICKS: Final = word_set("click press tap submit select check hover type fill toggle")
# An agent in a browser is told in words what to do.
_TOLD: Final = word_set("action actions instruction instructions task goal prompt step")
_CLICKED: Final = word_set("selector element ref target label button locator xpath css description")

_RANGES: Final = word_set(
    "cidr cidrs block source sources range ranges ip ips address addresses prefix prefixes network networks allowed"
)
# All of the internet: a protection that lets it in is none.
_ANYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})
_KINDS: Final = word_set("kind resource resources type")
_KEPT_SECRET: Final = word_set("secret secrets credential credentials")
_LEADING: Final = (
    _RANGES | _KINDS | _RECIPIENTS | _PUBLIC_KEYS | _URLS | _PLACES | _CREDENTIAL_KEYS | _ROLES | _CLICKED | _TOLD
)
# What is drafted for somebody stays here until it is sent.
_KEEPS: Final = word_set("draft compose save prepare")
_OPEN_FLAGS: Final = frozenset({("publicly", "accessible"), ("public", "access")})


def is_content(words: tuple[str, ...]) -> bool:
    """Tell whether an argument of this name is content: text that is carried, not obeyed."""
    return bool(words) and words[-1] in _CONTENT


def leads(words: tuple[str, ...]) -> bool:
    """Tell whether an argument of this name may say where content goes, what it is taken from, or who may see it."""
    return words[-1] in _LEADING


def is_flag(words: tuple[str, ...]) -> bool:
    """Tell whether a flag of this name says who may see something."""
    return words[-1] in {"public", "private"} or words[-2:] in _OPEN_FLAGS


def read_text(subject: Subject, words: tuple[str, ...], text: str) -> list[Mark]:
    """Mark what one string says of where content goes."""
    last = words[-1] if words else ""
    marks: list[Mark] = []
    if is_content(words):
        return marks
    if is_url(text):
        marks += _url(subject, last, text)
    elif last in _RECIPIENTS and _hands_out(subject) and addresses_outside(text, subject.inside):
        marks.append(("recipient_outside", Intent.EXFILTRATIVE))
    if text.startswith("file:") or (
        (last in _PLACES or subject.name.verb in {"read", "open"}) and paths.looks_like_path(text)
    ):
        marks += _path(subject, last, text)
    if (last in _CLICKED and subject.name.verb in _CLICKS) or (last in _TOLD and "act" in subject.words):
        marks += _clicked(text)
    return marks + _rights(subject, last, text)


def _rights(subject: Subject, last: str, text: str) -> list[Mark]:
    """Mark who gets in, which rights are given, what becomes public and which secret is read."""
    marks: list[Mark] = []
    if last in _RANGES and subject.intent is not Intent.READ and text.strip() in _ANYWHERE:
        marks.append(("public_access", Intent.DESTRUCTIVE))
    if last in _ROLES and subject.intent is not Intent.READ and text.strip().lower() in _POWERS:
        marks.append(("privilege", Intent.DESTRUCTIVE))
    if _BUCKET.match(text) is not None and last in _RECIPIENTS | _URLS | _PLACES and subject.name.verb in _CARRIES:
        marks.append(("recipient_outside", Intent.EXFILTRATIVE))
    if _makes_public(subject, last, text):
        marks.append(("public_access", Intent.EXFILTRATIVE))
    if last in _KINDS and text.lower() in _KEPT_SECRET and _reads_one(subject, last):
        marks.append(("secret_named", Intent.EXFILTRATIVE))
    if (
        last in _CREDENTIAL_KEYS
        and _reads_one(subject, last)
        and len(text) <= _LONGEST_NAME
        and _identifier(text)
        and names_credential(text)
    ):
        marks.append(("secret_named", Intent.EXFILTRATIVE))
    return marks


def _clicked(text: str) -> list[Mark]:
    """Mark what is clicked, which is named like what it does: `#delete-account`, `Pay now`."""
    classes = [verbs.VERBS.get(word, Intent.READ) for word in tokenize(text) if word not in verbs.NOUNS_TOO]
    harms = Intent.DESTRUCTIVE in classes or {"pay", "purchase", "buy", "transfer"} & set(tokenize(text))
    return [("operation", Intent.DESTRUCTIVE)] if harms else []


def _identifier(text: str) -> bool:
    return all(character.isalnum() or character in "_-./" for character in text) and "." not in text[-6:]


def _reads_one(subject: Subject, last: str) -> bool:
    return subject.intent is Intent.READ and (
        last in _LISTS_OF_FIELDS
        or subject.name.verb in {"get", "read", "show", "retrieve", "fetch", "load", "view", "lookup"}
    )


def _hands_out(subject: Subject) -> bool:
    return subject.name.outward and subject.intent is not Intent.READ and subject.name.verb not in _KEEPS


def _url(subject: Subject, last: str, text: str) -> list[Mark]:
    marks = read_url(text, subject.inside)
    parts = split_url(text)
    host = parts.hostname if parts is not None else None
    if host is not None and _hands_out(subject) and (last in _URLS or last in _RECIPIENTS):
        if not host_inside(host, subject.inside):
            marks.append(("recipient_outside", Intent.EXFILTRATIVE))
    elif host is not None and is_drop(host) and subject.intent is not Intent.READ:
        marks.append(("url_drop", Intent.EXFILTRATIVE))
    return marks


def _path(subject: Subject, last: str, text: str) -> tuple[Mark, ...]:
    if subject.shows_names_only or subject.intent is Intent.DESTRUCTIVE:
        return ()
    writes = subject.name.verb in _WRITERS and last not in _SOURCES
    carried = subject.name.verb in {"upload", "send", "attach", "share", "copy", "move"} and last not in {
        "destination",
        "dest",
        "target",
        "to",
    }
    if carried:
        return paths.reading(text)
    return paths.writing(text) if writes else paths.reading(text)


def _makes_public(subject: Subject, last: str, text: str) -> bool:
    """Tell whether something becomes public: a new thing that is so from the start reveals nothing."""
    if subject.intent is Intent.READ or (
        subject.name.verb in {"create", "add_repository", "init", "search", "publish"} and not subject.name.outward
    ):
        return False
    plain = text.strip().lower()
    return last in _PUBLIC_KEYS and (
        plain in _SURE_PUBLIC or (plain in _PUBLIC and last in {"visibility", "access", "acl", "sharing"})
    )


def read_flag(subject: Subject, words: tuple[str, ...], flag: JsonValue) -> list[Mark]:
    """Mark a flag that makes something public: `public: true`, `private: false`."""
    if subject.intent is Intent.READ or subject.name.verb in {"create", "init"}:
        return []
    opens = (words[-1:] == ("public",) and flag is True) or (words[-1:] == ("private",) and flag is False)
    opens = opens or (words[-2:] in _OPEN_FLAGS and flag is True)
    return [("public_access", Intent.EXFILTRATIVE)] if opens else []
