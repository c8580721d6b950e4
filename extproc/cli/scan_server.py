"""`extproc scan --server` and `--stdio`: what a server offers, judged before it is let in, and nothing of it called."""

import asyncio
import json
import logging
import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from extproc import __version__
from extproc.cli.pins_store import NOWHERE, state_at
from extproc.cli.scan_limits import Reach, UnreachableError
from extproc.clock import SystemClock
from extproc.config.evidence_file import parse_evidence, shipped_evidence
from extproc.config.faults import ConfigError
from extproc.config.lock_file import load_lock
from extproc.config.settings_file import Config, load_config
from extproc.detection import make_detection
from extproc.pins.entries import ServerEntry
from extproc.pins.lock import Lock
from extproc.pins.pin import Pin, PinMode
from extproc.pins.showing import cut
from extproc.ports.errors import PortError
from extproc.stores.state import StateOptions, open_state
from extproc.stores.state_url import Embedded, state_url
from extproc.vetting.comparing import Known
from extproc.vetting.documents import document_of
from extproc.vetting.judging import Judges, vet
from extproc.vetting.offer import Offer
from extproc.vetting.report import Family, Report
from extproc.vetting.sarif import sarif_of
from extproc.vetting.telling import lines_of

# The name of a header (RFC 9110 5.1).
_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_MISSING: Final = "the MCP SDK is not installed: pip install 'mcp-extproc[scan]'"


class _RefusedError(Exception):
    """What was asked for cannot be done; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked at, as the command line says it, and what it is compared with."""

    server: str | None = None
    stdio: str | None = None
    headers: Sequence[str] = ()
    headers_env: Sequence[str] = ()
    against: str | None = None
    state: str | None = None
    lockfile: Path | None = None
    config: Path | None = None
    seconds: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How the report is given: lines or JSON on standard output, and SARIF in a file."""

    as_json: bool = False
    sarif: Path | None = None
    colour: bool | None = None


def run(wanted: Wanted, form: Form) -> int:
    """Look at a server and report; return 0 when nothing is found, 1 when something is, 2 when it cannot be seen."""
    if find_spec("mcp") is None:
        print(_MISSING, file=sys.stderr)
        return 2
    # What the SDK logs is what a server says, unescaped; all of it that matters ends in the report.
    logging.getLogger("mcp").addHandler(logging.NullHandler())
    logging.getLogger("mcp").propagate = False
    try:
        report = asyncio.run(_looked_at(wanted))
        if form.sarif is not None:
            form.sarif.write_text(json.dumps(sarif_of(report, __version__), indent=1) + "\n", encoding="utf-8")
    except UnreachableError as error:
        print(f"{_reach(wanted, {}).shown}: {error}", file=sys.stderr)
        return 2
    except (_RefusedError, ConfigError, PortError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename or 'the report'}: {error.strerror}", file=sys.stderr)
        return 2
    _print(report, form)
    return 0 if report.clean else 1


def _print(report: Report, form: Form) -> None:
    if form.as_json:
        # Escapes, since a name may hold what commands a terminal.
        print(json.dumps(document_of(report)))
        return
    coloured = sys.stdout.isatty() if form.colour is None else form.colour
    for line in lines_of(report, coloured=coloured):
        print(line)


async def _looked_at(wanted: Wanted) -> Report:
    config = load_config(wanted.config) if wanted.config is not None else None
    judges = _judges(config, wanted)
    lock = _lock(config, wanted)
    pins, entries = await _kept(wanted)
    offer = await _offer(wanted)
    name = _name(wanted, lock, {*(one.server for one in pins or ()), *(one.server for one in entries)})
    known = Known(
        now=SystemClock().now(),
        server=name,
        pins={pin.name: pin for pin in pins if pin.server == name} if pins is not None and name is not None else None,
        locked=lock.get(name, {}) if lock is not None and name is not None else None,
        entries=entries,
    )
    return vet(offer, judges, known)


async def _offer(wanted: Wanted) -> Offer:
    from extproc.cli.scan_reach import offer_of

    return await offer_of(_reach(wanted, _headers(wanted, os.environ)))


def _reach(wanted: Wanted, headers: Mapping[str, str]) -> Reach:
    try:
        command = tuple(shlex.split(wanted.stdio or ""))
    except ValueError:
        raise _RefusedError("--stdio: a quotation mark is open") from None
    if wanted.server is None and not command:
        raise _RefusedError("--stdio: name a command")
    if wanted.server is not None and not wanted.server.startswith(("https://", "http://")):
        raise _RefusedError("--server: give a URL that begins with http:// or https://")
    return Reach(url=wanted.server, command=command, headers=headers, seconds=wanted.seconds)


def _headers(wanted: Wanted, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that are sent. No message shows a value."""
    headers: dict[str, str] = {}
    for given in wanted.headers:
        name, colon, value = given.partition(":")
        if not colon:
            raise _RefusedError("--header: write it as NAME:VALUE")
        headers[_header(name)] = value.strip()
    for given in wanted.headers_env:
        name, _, variable = given.partition("=")
        if variable not in environment:
            raise _RefusedError(f"--header-env: there is no variable {cut(variable) or 'without a name'}")
        headers[_header(name)] = environment[variable].strip()
    if not all(value.isprintable() and value.isascii() for value in headers.values()):
        raise _RefusedError("--header: a value has characters that no header has")
    return headers


def _header(name: str) -> str:
    if not _TOKEN.fullmatch(name.strip()):
        raise _RefusedError("--header: write it as NAME:VALUE, or --header-env NAME=VARIABLE")
    return name.strip()


def _name(wanted: Wanted, lock: Lock | None, kept: set[str]) -> str | None:
    """Return the name by which the server is known; a lockfile of one server needs none."""
    if wanted.against is not None:
        if wanted.against not in {*(lock or {}), *kept}:
            raise _RefusedError(f"--against: nothing is known of {cut(wanted.against)}")
        return wanted.against
    if lock is None:
        return None
    if len(lock) != 1:
        raise _RefusedError("--against: name one of the servers of the lockfile")
    return next(iter(lock))


def _lock(config: Config | None, wanted: Wanted) -> Lock | None:
    if wanted.lockfile is not None:
        return load_lock(wanted.lockfile)
    if config is None or wanted.config is None or config.threats.pins.mode is not PinMode.LOCKFILE:
        return None
    return load_lock(wanted.config.parent / (config.threats.pins.lockfile or ""))


def _judges(config: Config | None, wanted: Wanted) -> Judges:
    files = list(shipped_evidence())
    if config is not None and wanted.config is not None:
        base = wanted.config.parent
        inside = frozenset(config.inside)
        detection = make_detection(config.detection, base, threats=config.threats, inside=inside)
        files += [parse_evidence((base / path).read_bytes(), path) for path in config.threats.evidence]
    else:
        detection = make_detection()
    if detection.threats is None:
        raise _RefusedError("definitions are not judged by this configuration")
    families = {
        family: Family(why=file.reasons[family], weight=weights["descriptions"])
        for file in files
        for family, weights in file.weights.items()
        if "descriptions" in weights
    }
    return Judges(
        definitions=detection.threats.definitions,
        find=lambda document: detection.scanner.scan(document).findings,
        families=families,
    )


async def _kept(wanted: Wanted) -> tuple[Sequence[Pin] | None, Sequence[ServerEntry]]:
    """Return what a state store knows; without one, nothing. It is only read."""
    where = state_at(wanted.state, wanted.config)
    if where is None:
        if wanted.state is not None:
            raise _RefusedError(NOWHERE)
        return None, ()
    missing = _missing_file(where)
    if missing is not None and wanted.state is not None:
        raise _RefusedError(f"{missing}: there is no state store")
    if missing is not None:
        print(f"{missing}: there is no state store, so nothing is compared with it", file=sys.stderr)
        return None, ()
    async with open_state(where) as state:
        return await state.pins.all(), await state.registry.all()


def _missing_file(where: str | StateOptions) -> Path | None:
    """Return the file of a state store when it is not there: to open it would make it."""
    try:
        address = state_url(where) if isinstance(where, str) else where.address
    except ValueError as error:
        raise _RefusedError(f"--state: {error}") from None
    match address:
        case Embedded(path=path) if not Path(path).is_file():
            return Path(path)
        case _:
            return None
