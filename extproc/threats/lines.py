"""A text in the form that patterns of evidence are searched in: lower case, one sentence a line, no new places.

Every character stays where it is, so that a match needs no translation.
"""

import re
from typing import Final

# A line that is only wrapped: the next one goes on in lower case.
_WRAPPED: Final = re.compile(r"(?<![.:;!?\n])\n(?=[ \t>*#/-]*[a-z])")
_ASCII_BLANKS: Final = ("\t", "\r", "*", "`")
_ENDS: Final = (". ", "! ", "? ")
_NOT_ENDS: Final = ("e.g.\n", "i.e.\n", "vs.\n")
# Quotation marks, dashes and blanks as ASCII has them; full stops of other scripts end a line.
_PLAIN: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u02bc\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f\u3000", " "),
        **dict.fromkeys("\u3002\uff01\uff1f\u2028\u2029\u0085", "\n"),
        "\u0130": "i",
    }
)


def lined(text: str) -> str:
    """Return a text as patterns see it. It has as many characters as before, each at its place.

    Marks of emphasis and code, `*` and the backtick, are blanks in it: a pattern is not to depend on them.
    """
    if "\n" in text:
        text = _WRAPPED.sub(" ", text)
    if not text.isascii():
        text = text.translate(_PLAIN)
    text = text.lower()
    for blank in _ASCII_BLANKS:
        if blank in text:
            text = text.replace(blank, " ")
    for end in _ENDS:
        if end in text:
            text = text.replace(end, end[0] + "\n")
    for begun in _NOT_ENDS:
        if begun in text:
            text = text.replace(begun, begun[:-1] + " ")
    return text
