"""`extproc kubernetes injector` and `policies`: run until SIGTERM; what keeps them from starting is exit code 2."""

import logging
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from extproc.config.faults import ConfigError
from extproc.config.vocabulary import Vocabulary

_LABEL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]*=[A-Za-z0-9._-]*")
_NAMESPACE: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_HOST_PORT: Final = re.compile(r"\[?[0-9A-Za-z.:_-]+\]?:[0-9]{1,5}")
_BAD: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line says of a collector."""

    output: Path
    floor: Sequence[Path]
    config: Path | None
    label: str
    namespaces: str | None
    max_bytes: int
    max_rules: int
    every: float
    health: str
    service_account: Path


def injector(path: Path) -> int:
    """Run the injector. Return the exit code."""

    def start() -> None:
        from extproc.kubernetes.injector import serve
        from extproc.kubernetes.settings import load_injector

        serve(load_injector(path), path.absolute().parent)

    return _run(start)


def policies(wanted: Wanted) -> int:
    """Run the collector. Return the exit code."""
    namespaces = [one.strip() for one in wanted.namespaces.split(",")] if wanted.namespaces is not None else None
    named = all(map(_NAMESPACE.fullmatch, namespaces or ()))
    wrong = [
        *([] if _LABEL.fullmatch(wanted.label) else ["--label is NAME=VALUE"]),
        *([] if named else ["--namespaces are names with commas between"]),
        *([] if _HOST_PORT.fullmatch(wanted.health) else ["--health is host:port"]),
    ]
    if wrong:
        print(*wrong, sep="\n", file=sys.stderr)
        return _BAD

    def start() -> None:
        from extproc.kubernetes.documents import Caps
        from extproc.kubernetes.policies import Collecting, collect

        collecting = Collecting(
            output=wanted.output,
            floor=[path.absolute() for path in wanted.floor],
            label=wanted.label,
            namespaces=namespaces,
            caps=Caps(bytes=wanted.max_bytes, rules=wanted.max_rules),
            every=wanted.every,
            health=wanted.health,
            service_account=wanted.service_account,
        )
        collect(collecting, _vocabulary(wanted.config))

    return _run(start)


def _vocabulary(config: Path | None) -> Vocabulary:
    """Return what the sidecar knows that is to load the policies; without its configuration, what is shipped."""
    from extproc.config.settings_file import load_config
    from extproc.detection import installed, make_detection

    if config is None:
        shipped = installed()
        return Vocabulary(detection=shipped.detection, entities=shipped.entities, channels=frozenset(), recording=False)
    loaded = load_config(config)
    keyless = loaded.detection.model_copy(update={"key_env": None})  # a policy is checked without pseudonyms to keep
    detection = make_detection(
        keyless, config.absolute().parent, threats=loaded.threats, inside=frozenset(loaded.inside)
    )
    return Vocabulary(
        detection=detection,
        entities=detection.names(),
        channels=frozenset(loaded.channels),
        recording=loaded.recording.file is not None,
    )


def _run(start: Callable[[], None]) -> int:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    for chatty in ("watchfiles", "httpx2", "httpcore2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        from extproc.kubernetes.account import NoClusterError
        from extproc.kubernetes.serving import Listener  # noqa: F401 - whether the extra is there
    except ModuleNotFoundError as error:
        print(f"{error.name} is not installed: pip install 'mcp-extproc[kubernetes]'", file=sys.stderr)
        return _BAD
    try:
        start()
    except (ConfigError, NoClusterError) as error:
        print(error, file=sys.stderr)
        return _BAD
    except OSError as error:
        print(f"{error.filename or 'a port'}: {error.strerror}", file=sys.stderr)
        return _BAD
    return 0
