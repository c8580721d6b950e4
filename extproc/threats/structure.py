"""What the form of a sentence in data gives away: an order to its reader, with a target, in a field that holds data."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from extproc.mcp.pointer import Pointer
from extproc.model.value import value

# The classes of words for what a model with tools can do for somebody (`LinearModel.classes`), in any language.
DEEDS: Final = frozenset(
    {"SEND", "PUBLISH", "PAY", "DELETE", "GRANT", "RUN", "VISIT", "REVEAL", "ANSWER", "FETCH", "CHANGE"}
    | {"IGNORE", "STOP", "REMEMBER", "PRETEND"}
)
_SOFTENERS: Final = frozenset({"POLITE", "NOW", "HIDE"})
_POLITE: Final = (
    r"(?:please|kindly|now|then|also|just|first|next|instead|finally|and|quickly|simply|immediately|always|silently|"
    r"secretly|quietly|additionally|afterwards|furthermore|so|but|ok|hey|hi|hello|pls) "
)
# What comes before the word that is asked for.
_ASKING: Final = (
    r"please|kindly|this|then|instead|first|(?:can|could|would|will) you|ahead and|favou?r and|let s|help me"
    r"|you (?:must|should|shall|will|can|may|need to|have to)"
    r"|you are (?:to|required to|instructed to|asked to|expected to|allowed to)"
    r"|(?:want|need|ask|like|authori[sz]e|instruct|order|expect) you to|(?:make|be) sure (?:to|you|that you)"
    r"|remember to|(?:not|don t) forget to|(?:necessary|required|important|essential) to"
    r"|(?:task|job|goal|objective|mission|step) is to"
    r"|(?:assistant|agent|model|ai|llm|bot) (?:must|should|needs to|has to|will|shall)"
    r"|bitte|por favor|per favore|pla[i\u00ee]t|alsjeblieft|alstublieft|prosz\u0119"
)
_OPENING: Final = re.compile(rf"\b(?:{_ASKING}) (?:{_POLITE}){{0,3}}(\w+)")
_TARGETS: Final = {"@e": "address", "@u": "address", "@p": "path"}
_ACCOUNT: Final = re.compile(
    r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}|\b(?:account|iban|acct|wallet)\b.{0,20}\d{4}|[$\u20ac\u00a3]\s?\d"
    r"|\b(?:bc1|0x)[0-9a-zA-Z]{6}|\+?\d[\d -]{8,20}\d"
)
_FIELD: Final = re.compile(
    r"[\"']?(?:\w{0,20}(?:name|title|description|review|subject|body|content|text|comment|note|message|summary|bio|feedback|"
    r"snippet|memo|remark|reason|answer|instructions?|details|about|caption|label|purpose|reference))[\"']?\s{0,2}[:=]\s{0,2}",
    re.IGNORECASE,
)
_FIELD_NAMES: Final = frozenset(
    {"name", "title", "description", "review", "reviews", "subject", "body", "comment", "comments", "note", "notes"}
    | {"message", "summary", "bio", "feedback", "snippet", "memo", "remark", "reason", "details", "caption", "label"}
    | {"purpose", "reference", "location"}
)
# A quotation mark behind a word, and how far it is looked for.
_QUOTE_REACH: Final = 120
_OPENED: Final = re.compile(r"(?:([\w.!?]| =)|([:,;|(]))[ \t]{1,3}(?:\|[ \t])?\(?([\"'\u2018\u201c\u00ab`\u201e])")
_CLOSING: Final = {"\u2018": "\u2019", "\u201c": "\u201d", "\u00ab": "\u00bb", "\u201e": "\u201c"}
_DISTINCTIVE: Final = re.compile(r"_|[a-z][A-Z]|-")
_NAME: Final = re.compile(r"[A-Za-z][\w-]{3,63}")


def orders(words: Sequence[str], classes: Mapping[str, str]) -> bool:
    """Tell whether a sentence, as its words in lower case, asks its reader to do something that a model can do."""
    said = [word for word in words if word[0].isalpha()]
    begun = next((kind for word in said if (kind := classes.get(word)) not in _SOFTENERS), None)
    return begun in DEEDS or any(classes.get(found[1]) in DEEDS for found in _OPENING.finditer(" ".join(said)))


def aims(words: Iterable[str], text: str) -> str:
    """Return the kind of target that a sentence names: an address, an account, a path; empty when it names none."""
    for word in words:
        if word in _TARGETS:
            return _TARGETS[word]
    return "account" if _ACCOUNT.search(text) else ""


def in_field(lead: str, pointer: Pointer) -> bool:
    """Tell whether a sentence stands in a member or column that holds what somebody wrote."""
    if _FIELD.search(lead):
        return True
    return any(isinstance(step, str) and step.lower() in _FIELD_NAMES for step in pointer[-2:])


def names_tool(text: str, names: frozenset[str]) -> bool:
    """Tell whether a text names a tool of the session; names that are plain words do not count."""
    return any(one in names and _DISTINCTIVE.search(one) for one in _NAME.findall(text))


@value
class Sentence:
    """A sentence of a text: what stands in front of its first word, itself, and its words as the model has them."""

    lead: str
    text: str
    words: Sequence[str]


def forms_of(said: Sentence, pointer: Pointer, names: frozenset[str], classes: Mapping[str, str]) -> list[str]:
    """Return the codes of the forms that a sentence has; `pointer` leads to its text, `names` are tools' names."""
    forms = []
    if names and names_tool(said.text, names):
        forms.append("tool-name")
    if not orders(said.words, classes):
        return forms
    forms.append("order")
    if aims(said.words, said.text):
        forms.append("order-with-target")
    if in_field(said.lead, pointer):
        forms.append("order-in-field")
    return forms


def quoted(text: str, start: int, end: int, *, loosely: bool) -> bool:
    """Tell whether a part of a text is named rather than said: in quotation marks that a sentence goes on to or around.

    What a colon introduces is a member's value as often as an example, and counts only `loosely`.
    """
    low = max(text.rfind("\n", 0, start) + 1, start - _QUOTE_REACH)
    opened = list(_OPENED.finditer(text, low, start + 1))
    if not opened or (opened[-1][2] == ":" and not loosely):
        return False
    mark = opened[-1][3]
    close = _CLOSING.get(mark, mark)
    return close not in text[opened[-1].end() : start] and close in text[end : end + _QUOTE_REACH]
