"""Values that only stand for a secret (placeholders, references) or are something else: code, places, dates, prose."""

import re
from typing import Final

from extproc.detect.secrets.letters import gibberish
from extproc.detect.secrets.values import Shape, repetitive, shape
from extproc.detect.secrets.vocabulary import NOTHING
from extproc.model.marks import MARK


def _any_of(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives))


# Patterns for placeholders and references are tried on the value in lower case: without case to ignore, `re` passes
# over an alternative by its first character. What needs no pattern is looked up as it stands.
_PLACEHOLDERS: Final = (
    # Runs of signs for letters that were left out.
    "xxxx", "***", "...", "\u2026", "\u2022\u2022", "####", "------", "____", "00000000", "111111", "999999",
    # What says that it is none.
    "example", "placeholder", "redacted", "dummy", "removed", "omitted", "sanitized", "obfuscated", "censored", "lorem",
    "foobar", "fake", "mocked", "insecure", "fixme",
    # What fingers type when no value is at hand.
    "12345678", "abcdefgh", "23456789", "87654321", "qwerty", "asdfgh", "abcd1234", "abc123", "a1b2c3", "0123456",
    "deadbeef", "cafebabe",
)  # fmt: skip
_WHOLE_PLACEHOLDER: Final = _any_of(
    r"<.*>", r"\[.*\]", r"\{.*\}", r"\(.*\)", r"__.*__", r"\.{2,}.*", r"-+", r"_+", r"[?!#%&+]+"
)
_PLACEHOLDER: Final = _any_of(
    # What tells the reader to put something there.
    r"(?<![a-z])(?:your|my|the|some|any|insert|enter|replace|put|add|use|set|fill|paste|provide|specify)[-_ ]?"
    r"(?:own|new|app|api|access|secret|secure|strong|super|client|private|real|actual|here|me|this|with|pass|pwd|token|key|auth|"
    r"db|database|aws|user|account|bot|credential|github|gitlab|slack|openai|long|random|very)",
    r"your(?![a-z])|change[-_ ]?(?:me|it|this)|replace[-_ ]?(?:me|it|this|with)",
    r"to[-_]?do|goes[-_ ]here|[-_ ]here$",
    r"not[-_ ]?a?[-_ ]?(?:real|secret|password|token|key)",
    r"(?<![^-_])(?:test|dummy|sample|demo|mock|stub)[-_ ]?(?:key|token|secret|pass|pwd|value|cred|auth|api|user)",
)
_HOLDERS: Final = (
    "env|vault|file|ssm|secrets?|awssm|gcpsm|azurekv|op|keyring|keychain|sm|refs?|var|param|local|data|module|config|cfg|settings|"
    "options|opts|args|self|this|props|params|process|os|system|environment|credentials|ctx|req|request|res|event|context|input|user"
)
# Variables of shells and templates; what stands in for a value in the settings of orchestrators and clouds.
_REFERENCES: Final = (
    "${", "$(", "{{", "}}", "<%", "%>", "#{", "@{", "%s", "%v", "secretkeyref", "valuefrom", "secretsmanager",
    "process.env", "environ", "getenv", "env[", ".get(", "@microsoft.keyvault", "kms:",
)  # fmt: skip
_BEGUN_REFERENCE: Final = _any_of(
    # Variables of shells, batch files and formats.
    r"\$[a-z_{(\[]|%[a-z_]+%$|%[-0-9.]*[sdvqrx]$|:[a-z_]+$|@[a-z_.]+(?:\(|$)|&[a-z_]+;?$",
    # Tags of YAML, members of settings, names of stores.
    r"!(?:vault|secret|ref|sub|getatt|importvalue|env|reference)",
    rf"(?:{_HOLDERS})(?::|\.[a-z_]|\[)",
    r"enc[\[(]|\{cipher\}|\{noop\}|arn:|projects/",
)
_REFERENCE: Final = re.compile(r"%\([a-z_]+\)s|\{[a-z_0-9.]{0,40}\}")
_ACCESS: Final = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_$][\w$]*)+\(?")
_OPERATORS: Final = re.compile(r"\|\||&&|===?|!==?")
_BEGUN_CODE: Final = _any_of(
    r"(?:new|await|function|return|typeof|lambda|async|not|if|else|void|const|let|var|def|class|self|this|null|None|nil|undefined|len|"
    r"str|string|int|bool|bytes|func|sizeof|isset|empty|base64|md5|sha1|sha256|hash|hashlib|encrypt|decrypt|random|uuid|crypto|secrets|"
    r"getpass|input|raw_input|read)\b[\s(.\[{]",
    r"[A-Za-z_][\w.:>-]*\(|\w+\[|[\[{(^]|[-+/*|&!?,;<>]+$|/.*/[gimsuy]*$",
)
# Code, and regular expressions.
_CODE: Final = _any_of(
    r"=(?:True|False|None|true|false|null|nil)$", r"=>", r"\\[dwsSWD]", r"\[\^", r"\(\?", r"[?*+]\)", r"\{\d+,"
)
_BEGUN_PLACE: Final = re.compile(r"[a-z][a-z0-9+.-]{1,20}://|[/~]|\.{1,2}/|[a-z]:[\\/]|\\\\|#/|www\.|mailto:")
_FILE: Final = re.compile(r"\.([a-z0-9]{2,10})$")
_ENDINGS: Final = frozenset({
    "yml", "yaml", "json", "txt", "pem", "key", "crt", "cer", "conf", "cfg", "ini", "env", "properties", "xml", "htm",
    "html", "php", "py", "js", "ts", "go", "rb", "java", "md", "log", "sh", "sql", "csv", "png", "svg", "css", "toml",
    "com", "org", "net", "io", "dev", "local", "internal", "p12", "jks", "pfx", "kdbx", "gpg", "asc", "bin", "dat",
    "sock",
})  # fmt: skip
_MEASURE: Final = _any_of(
    r"\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d.*)?|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d\d?:\d\d(?::\d\d)?",
    r"v?\d+(?:\.\d+){1,3}\S{0,8}",
    r"[-+]?\d+(?:\.\d+)?(?:px|em|rem|ms|s|m|h|d|%|kb|mb|gb|pt|vh|vw)|#[0-9a-f]{3,8}|0x[0-9a-f]{1,8}|[-+]?\d{1,5}|\d{10}|\d{13}",
)
_SENTENCE: Final = re.compile(r"[A-Za-z'\u2019,.:()-]+(?: [A-Za-z'\u2019,.:()/-]+){2,}[.:!?]?")
_LEAST: Final = 4
_LONGEST_ENDING: Final = 11
_LEAST_KEY: Final = 40


def nothing(text: str) -> bool:
    """Say whether a value stands for a secret without being one: placeholder, reference, type, mark, repetition."""
    bare = text.strip().strip("\"'`")
    low = bare.lower()
    if len(bare) < _LEAST or low in NOTHING or ("[" in text and MARK.search(bare)):
        return True
    for part in _PLACEHOLDERS:
        if part in low:
            return True
    if _WHOLE_PLACEHOLDER.fullmatch(low) or _PLACEHOLDER.search(low):
        return True
    return _refers(low) or repetitive(bare)


def written(text: str) -> bool:
    """Say whether a value is source code, a place (path, URL, file name), a date, a measure or a sentence."""
    if (_ACCESS.match(text) or _OPERATORS.search(text)) and shape(text) is not Shape.RANDOM:
        return True
    if text[-1:] in {")", "]"} or _BEGUN_CODE.match(text) or _CODE.search(text):
        return True
    low = text.lower()
    ending = _FILE.search(low, max(0, len(low) - _LONGEST_ENDING))
    if (ending and ending[1] in _ENDINGS) or _MEASURE.fullmatch(low):
        return True
    if _BEGUN_PLACE.match(low):
        # One letter in 64 of base64 is a slash, so that some keys begin like paths.
        return low[0] != "/" or len(text) < _LEAST_KEY or shape(text) is not Shape.RANDOM
    return " " in text and bool(_SENTENCE.fullmatch(text)) and not gibberish(text)


def _refers(low: str) -> bool:
    """Say whether a value, in lower case, is read from somewhere else."""
    for part in _REFERENCES:
        if part in low:
            return True
    return bool(_BEGUN_REFERENCE.match(low)) or (("{" in low or "%(" in low) and bool(_REFERENCE.search(low)))
