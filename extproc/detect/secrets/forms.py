"""Values that only stand for a secret (placeholders, references) or are something else: code, places, dates, prose."""

import re
from typing import Final

from extproc.detect.secrets.letters import gibberish
from extproc.detect.secrets.values import Shape, repetitive, shape
from extproc.detect.secrets.vocabulary import NOTHING
from extproc.model.marks import MARK


def _any_of(*alternatives: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), flags)


_PLACEHOLDER: Final = _any_of(
    # What stands in brackets, and runs of signs for letters that were left out.
    r"^(?:<.*>|\[.*\]|\{.*\}|\(.*\)|__.*__|\.{2,}.*|-+|_+|[?!#%&+]+)$",
    r"x{4,}|\*{3,}|\.{3}|\u2026|\u2022{2,}|#{4,}|-{6,}|_{4,}|0{8,}|1{6,}|9{6,}",
    # What tells the reader to put something there.
    r"(?:^|[^a-z])(?:your|my|the|some|any|insert|enter|replace|put|add|use|set|fill|paste|provide|specify)[-_ ]?"
    r"(?:own|new|app|api|access|secret|secure|strong|super|client|private|real|actual|here|me|this|with|pass|pwd|token|key|auth|"
    r"db|database|aws|user|account|bot|credential|github|gitlab|slack|openai|long|random|very)",
    r"your(?![a-z])|change[-_ ]?(?:me|it|this)|replace[-_ ]?(?:me|it|this|with)",
    r"fixme|to[-_]?do|goes[-_ ]here|[-_ ]here$",
    # What says that it is none.
    r"example|placeholder|redacted|dummy|removed|omitted|sanitized|obfuscated|censored|lorem|foobar|fake|mocked|insecure",
    r"not[-_ ]?a?[-_ ]?(?:real|secret|password|token|key)",
    r"(?:^|[-_])(?:test|dummy|sample|demo|mock|stub)[-_ ]?(?:key|token|secret|pass|pwd|value|cred|auth|api|user)",
    # What fingers type when no value is at hand.
    r"12345678|abcdefgh|23456789|87654321|qwerty|asdfgh|abcd1234|abc123|a1b2c3|0123456|deadbeef|cafebabe",
)
_HOLDERS: Final = (
    "env|vault|file|ssm|secrets?|awssm|gcpsm|azurekv|op|keyring|keychain|sm|refs?|var|param|local|data|module|config|cfg|settings|"
    "options|opts|args|self|this|props|params|process|os|System|Environment|credentials|ctx|req|request|res|event|context|input|user"
)
_REFERENCE: Final = _any_of(
    # Variables of shells, batch files, templates and formats.
    r"^\$[A-Za-z_{(\[]|^%[A-Za-z_]+%$|\$\{|\$\(|\{\{|\}\}|<%|%>|#\{|@\{|%\([a-z_]+\)s|^%[-0-9.]*[sdvqrx]$|%s|%v",
    r"\{[A-Za-z_0-9.]{0,40}\}|^:[a-z_]+$|^@[A-Za-z_.]+(?:\(|$)|^&[A-Za-z_]+;?$",
    # Tags of YAML, members of settings, names of stores.
    r"^!(?:vault|secret|Ref|Sub|GetAtt|ImportValue|env|reference)",
    rf"^(?:{_HOLDERS})(?::|\.[A-Za-z_]|\[)",
    r"secretKeyRef|valueFrom|secretsmanager|process\.env|environ|getenv|ENV\[|\.get\(|@Microsoft\.KeyVault|^ENC[\[(]",
    r"^(?:\{cipher\}|\{noop\})|\bkms:|^arn:|^projects/",
)
_ACCESS: Final = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_$][\w$]*)+\(?")
_OPERATORS: Final = re.compile(r"\|\||&&|===?|!==?")
_CODE: Final = _any_of(
    r"^(?:new|await|function|return|typeof|lambda|async|not|if|else|void|const|let|var|def|class|self|this|null|None|nil|undefined|len|"
    r"str|string|int|bool|bytes|func|sizeof|isset|empty|base64|md5|sha1|sha256|hash|hashlib|encrypt|decrypt|random|uuid|crypto|secrets|"
    r"getpass|input|raw_input|read)\b[\s(.\[{]",
    r"^[A-Za-z_][\w.:>-]*\(|=>|\)$|^\w+\[|\]$|^[\[{(]|^[-+/*|&!?,;<>]+$",
    # Regular expressions.
    r"\\[dwsSWD]|\[\^|\(\?|[?*+]\)|\{\d+,|^\^|^/.*/[gimsuy]*$",
    flags=0,
)
_PLACE: Final = _any_of(
    r"^(?:[a-z][a-z0-9+.-]{1,20}://|[/~]|\.{1,2}/|[A-Za-z]:[\\/]|\\\\|#/|www\.|mailto:)",
    r"\.(?:ya?ml|json|txt|pem|key|crt|cer|conf|cfg|ini|env|properties|xml|html?|php|py|js|ts|go|rb|java|md|log|sh|sql|csv|png|svg|css|"
    r"toml|com|org|net|io|dev|local|internal|p12|jks|pfx|kdbx|gpg|asc|bin|dat|sock)$",
)
_MEASURE: Final = _any_of(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d\d?:\d\d(?::\d\d)?",
    r"v?\d+(?:\.\d+){1,3}\S{0,8}",
    r"[-+]?\d+(?:\.\d+)?(?:px|em|rem|ms|s|m|h|d|%|kb|mb|gb|pt|vh|vw)|#[0-9a-f]{3,8}|0x[0-9a-f]{1,8}|[-+]?\d{1,5}|\d{10}|\d{13}",
)
_SENTENCE: Final = re.compile(r"[A-Za-z'\u2019,.:()-]+(?: [A-Za-z'\u2019,.:()/-]+){2,}[.:!?]?")
_LEAST: Final = 4


def nothing(text: str) -> bool:
    """Say whether a value stands for a secret without being one: placeholder, reference, type, mark, repetition."""
    bare = text.strip().strip("\"'`")
    if len(bare) < _LEAST or bare.lower() in NOTHING or MARK.search(bare):
        return True
    return bool(_PLACEHOLDER.search(bare) or _REFERENCE.search(bare)) or repetitive(bare)


def written(text: str) -> bool:
    """Say whether a value is source code, a place (path, URL, file name), a date, a measure or a sentence."""
    if (_ACCESS.match(text) or _OPERATORS.search(text)) and shape(text) is not Shape.RANDOM:
        return True
    if _CODE.search(text) or _PLACE.search(text) or _MEASURE.fullmatch(text):
        return True
    return bool(_SENTENCE.fullmatch(text)) and not gibberish(text)
