"""E-mail addresses and telephone numbers: what only looks like one, and which numbers exist."""

import re
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber

from extproc.detect.detector import Candidate, Validators
from extproc.detect.personal.surroundings import about, after, before, is_thing, named, word_set

# Last parts of names of files and units, none of which is a domain: `logo@2x.png`, `getty@tty1.service`.
_SUFFIXES: Final = word_set(
    """
    png jpg jpeg gif svg webp ico bmp tif tiff avif heic mp3 mp4 wav ogg webm pdf doc docx xls xlsx ppt pptx csv tsv
    json
    jsonl yaml yml xml html htm css scss sass less js mjs cjs jsx ts tsx vue svelte map lock toml ini cfg conf txt log
    tar gz tgz bz2 xz rar jar war whl deb rpm apk exe dll dylib cpp hpp java kt go rb php swift sql tmpl tpl bak tmp
    service socket timer target mount slice scope path device swap automount
    """
)
_VERSION: Final = re.compile(r"v?[0-9]+(?:\.|$)")
_REPOSITORY: Final = re.compile(r":(?!//)~?[\w.-]*/|:[\w.-]+\.git\b")
_USERINFO: Final = re.compile(r"://(?:[^\s/@]*:)?$")
_PHONE: Final = named(
    r"(?:tele|smart)?(?:phone|fon)s?(?:[ _-]?(?:no|nr|number|num))?", "tel", "mobile", "mob", "cell(?:phone|ular)?",
    "fax", "call(?:er|ed|ing|back)?", "whats ?app", "sms", "text(?:ed)? (?:me|us|him|her|them)", "dial", "reach",
    "contact(?: (?:me|us|number|no|at|on))?", "hotline", "handy", "mobil", "rufnummer", "telefon[oe]?s?", "téléphone",
    "móvil", "celular", "cellulare", "mobiel", "portable", "ring", "msisdn", "landline", "pager", "voicemail",
    "extension",
    "numero di telefono", "teléfono", "puhelin", "telefonnummer", "kontakt",
    "my (?:new )?number(?: is)?", "(?:his|her|their) number(?: is)?", "answer(?:s|ed|ing)?", "(?:messages?|texts?) to",
)  # fmt: skip
_NOT_PHONE: Final = named(
    "version", "isbn", "ip", "date", "time(?:stamp)?", "id", "ids", "uuid", "price", "amount", "total", "range", "lot",
    "serial", "sku", "model", "ean", "upc", "gtin", "hash", "coordinates?", "lat(?:itude)?", "lon(?:gitude)?",
    "balance",
    "size", "bytes", "offset", "count", "account(?: (?:no|number))?", "card(?: number)?", "iban", "ssn", "tracking",
    "invoice", "order", "ref(?:erence)?",
)  # fmt: skip
_PHONE_LABEL: Final = named(
    r"(?:tele|smart)?(?:phone|fon)s?(?: ?(?:no|nr|num|number))?", "tel", "mobile(?: ?(?:no|num|number))?",
    "cell(?:phone)?", "fax",
    "whats ?app", "msisdn", "handy", "telefon[oe]?s?", "móvil", "celular", "contact (?:no|num|number)",
)  # fmt: skip
_DIVIDERS: Final = re.compile(r"[ .-]")
_GOES_ON: Final = re.compile(r"[.,:/-]?[0-9]|[-.][A-Za-z]|[/:%]")
_REQUEST: Final = re.compile(
    r"\b(?:reach|call|ring|text|phone|dial|contact|whatsapp)(?:ed)?(?: (?:me|us|him|her|them))?"
    r"(?: (?:on|at|back on))?:? $",
    re.IGNORECASE,
)
_DATE: Final = re.compile(
    r"(?:19|20)[0-9]{2}([-./ ])[01]?[0-9]\1[0-3]?[0-9](?:\D.*)?|[0-3]?[0-9]([-./ ])[01]?[0-9]\2(?:19|20)[0-9]{2}"
)
_YEARS: Final = re.compile(r"(?:19|20)[0-9]{2} ?[-/] ?(?:19|20)[0-9]{2}|(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?:/[0-9]{1,2})?")
# The cell of a table beside an address of mail.
_MAIL_BEFORE: Final = re.compile(
    r"@[\w.-]{1,80}(?:\\?\"[^<>\n]{0,40}>[^<>\n]{0,80}</a>)?(?:</td>\s{0,8}<td[^<>]{0,80}>|\s{0,8}[|\t]\s{0,8})$",
    re.IGNORECASE,
)
_MAIL_AFTER: Final = re.compile(
    r"(?:</td>\s{0,8}<td[^<>]{0,80}>|\s{0,8}[|\t]\s{0,8})(?:<a href=\\?\"mailto:)?[\w.+-]{1,64}@", re.IGNORECASE
)
_LEAST, _MOST = 7, 15
_WHOLE: Final = 10  # digits of a number with its area
_CELL_BEFORE: Final = re.compile(r"\bcell[\W_]{0,4}$", re.IGNORECASE)
_OF_PERSON: Final = named(
    r"(?:[a-z]+ )?names?", "e ?mail(?: address)?", r"(?:tele)?phone", "tel", "mobile", "home", "work", "office", "fax",
    "address", "contacts?", "birth ?date", "dob", "street", "city", "call", "text", "reach", "my", "his",
    "her", "their",
)  # fmt: skip
_PAIRS: Final = re.compile(r"0[1-9](?:[ .-][0-9]{2}){4}")


def _email(candidate: Candidate) -> float | None:
    local, _, domain = candidate.text.rpartition("@")
    lead = candidate.before[-80:]
    if _VERSION.match(domain) and not domain[0].isalpha() and domain.rpartition(".")[2].isdigit():
        return None
    if domain.rpartition(".")[2].lower() in _SUFFIXES or local in {"git", "hg", "svn"} or ".." in candidate.text:
        return None
    if _USERINFO.search(lead) or lead.endswith(("/", "@")) or _REPOSITORY.match(candidate.after):
        return None
    return 0.95


def _number(text: str, region: str | None = None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def _is_part(candidate: Candidate) -> bool:
    """Whether it is a stretch of a longer list of numbers, as in the path of a drawing."""
    return candidate.before[-1:] in {".", "-", "/"} or bool(_GOES_ON.match(candidate.after))


def _digits(text: str) -> int:
    """Return how many digits a number has, without its extension."""
    return sum(map(str.isdigit, re.split("[xe]", text, maxsplit=1)[0]))


def _international(candidate: Candidate) -> float | None:
    """Accept a number with its country: one that exists, or one that could and is named or written as a number."""
    if candidate.before.endswith(("+", "-", "=+", "*", "/", "^")) or not _LEAST <= _digits(candidate.text) <= _MOST:
        return None
    number = _number(candidate.text.replace("(0)", ""))
    if number is None:
        return None
    if phonenumbers.is_valid_number(number):
        return 0.95
    named_so = about(candidate, _PHONE)
    written = any(one in candidate.text[2:] for one in " -()/")
    possible = phonenumbers.is_possible_number(number)
    return (
        0.85
        if named_so or (possible and written)
        else 0.6
        if possible and _digits(candidate.text) > _LEAST + 3
        else None
    )


def _american(candidate: Candidate) -> float | None:
    """Accept NANP punctuation: brackets or hyphens decide, dots and blanks need the name or an area that exists."""
    if about(candidate, _PHONE):
        return 0.95
    if is_thing(candidate) or _NOT_PHONE.search(candidate.label) or _NOT_PHONE.search(before(candidate, 24)):
        return None
    if "(" not in candidate.text and len(set(_DIVIDERS.findall(candidate.text.partition("x")[0]))) > 1:
        return None
    number = _number(candidate.text, "US")
    valid = number is not None and phonenumbers.is_valid_number(number)
    if "(" in candidate.text or candidate.text.count("-") > 1:
        return 0.9 if valid else 0.7
    return 0.75 if valid and "." in candidate.text else None


def _national(candidate: Candidate) -> float | None:
    """Accept digits with punctuation only by name, but for the pairs of the French plan."""
    text = candidate.text
    if (
        _DATE.fullmatch(text)
        or _YEARS.fullmatch(text)
        or _is_part(candidate)
        or not _LEAST - 1 <= _digits(text) <= _MOST
    ):
        return None
    if about(candidate, _PHONE) and not _NOT_PHONE.search(candidate.label):
        return 0.9
    if _MAIL_BEFORE.search(candidate.before) or _MAIL_AFTER.match(candidate.after):
        return 0.8
    if _PAIRS.fullmatch(text) and not is_thing(candidate) and not _NOT_PHONE.search(before(candidate, 24)):
        return 0.8
    return None


def _called(candidate: Candidate) -> float | None:
    """Accept what the pattern found behind a word for telephone."""
    if (
        _DATE.fullmatch(candidate.text)
        or _YEARS.fullmatch(candidate.text)
        or not _LEAST - 1 <= _digits(candidate.text) <= _MOST
    ):
        return None
    if _is_cell_of_network(candidate):
        return None
    return None if after(candidate).lstrip().startswith(("%", "px", "ms", "kb", "mb")) else 0.85


def _by_label(candidate: Candidate) -> float | None:
    """Accept digits alone whose member or column is one of telephone numbers, or behind a request to call."""
    label = candidate.label
    if _is_cell_of_network(candidate):
        return None
    if _REQUEST.search(candidate.before[-24:]):
        return 0.85
    return 0.85 if label and _PHONE_LABEL.search(label) and not _NOT_PHONE.search(label) else None


def _is_cell_of_network(candidate: Candidate) -> bool:
    """Whether digits are called a cell, as those of networks are, and nothing beside them is a person's."""
    if not candidate.text.isdigit() or len(candidate.text) >= _WHOLE:
        return False
    if candidate.label.rpartition(" ")[2] != "cell" and not _CELL_BEFORE.search(candidate.before):
        return False
    return not _OF_PERSON.search(f"{candidate.siblings}\n{before(candidate)}\n{after(candidate)}".lower())


VALIDATORS: Final[Validators] = {
    "phone_by_label": _by_label,
    "email": _email,
    "phone_international": _international,
    "phone_american": _american,
    "phone_national": _national,
    "phone_called": _called,
}
