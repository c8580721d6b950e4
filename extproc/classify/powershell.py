"""PowerShell: cmdlets are named by a verb of a fixed list and a noun, so that the verb says what one does."""

import re
from typing import Final

from extproc.classify.command import READS, CommandReading, marked
from extproc.classify.paths import is_secret, is_system
from extproc.classify.tokens import word_set
from extproc.model.intent import Intent

_CMDLET: Final = re.compile(r"[a-z]+-[a-z]+\Z", re.IGNORECASE)
_READ: Final = word_set(
    """
    get select where sort measure format test compare find show resolve read group convertto convertfrom join split
    trace search ping
    """
)
_WRITE: Final = word_set(
    """
    set new add copy move rename start restart install enable register update publish push export import save rename
    expand compress mount join connect wait enter exit receive sync unblock restore resume backup tee debug
    """
)
_DESTROY: Final = word_set(
    "remove clear stop disable uninstall unregister reset revoke dismount suspend deny block limit unprotect undo"
)
# Nouns that decide whatever the verb says.
_WHOLE: Final[dict[str, Intent]] = {
    "write-host": Intent.READ,
    "write-output": Intent.READ,
    "write-verbose": Intent.READ,
    "out-string": Intent.READ,
    "out-host": Intent.READ,
    "out-null": Intent.READ,
    "out-file": Intent.WRITE,
    "import-csv": Intent.READ,
    "import-clixml": Intent.READ,
    "foreach-object": Intent.WRITE,
    "format-volume": Intent.DESTRUCTIVE,
    "initialize-disk": Intent.DESTRUCTIVE,
    "invoke-expression": Intent.DESTRUCTIVE,
    "set-executionpolicy": Intent.DESTRUCTIVE,
    "set-mppreference": Intent.DESTRUCTIVE,
    "send-mailmessage": Intent.EXFILTRATIVE,
    "get-credential": Intent.EXFILTRATIVE,
    "get-secret": Intent.EXFILTRATIVE,
}


def read_cmdlet(program: str, text: str) -> CommandReading | None:
    """Mark what a cmdlet does; None for what is none. `text` is the command as it stands, backslashes and all."""
    if _CMDLET.match(program) is None:
        return None
    intent = _WHOLE.get(program, _of_verb(program.partition("-")[0]))
    if intent is None:
        return None
    places = [word.strip("'\"") for word in text.split()[1:] if not word.startswith("-")]
    if intent is Intent.READ:
        return marked(Intent.EXFILTRATIVE, "shell_secret") if any(map(is_secret, places)) else READS
    if intent is Intent.WRITE and any(map(is_system, places)):
        return marked(Intent.DESTRUCTIVE)
    return marked(intent)


def _of_verb(verb: str) -> Intent | None:
    for intent, words in ((Intent.READ, _READ), (Intent.WRITE, _WRITE), (Intent.DESTRUCTIVE, _DESTROY)):
        if verb in words:
            return intent
    return None
