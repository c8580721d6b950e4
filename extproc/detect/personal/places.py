"""Postal addresses and coordinates: what only has the form of one."""

import re
from typing import Final

from extproc.detect.detector import Candidate, Validators
from extproc.detect.personal.surroundings import about, is_behind_mark, is_thing, named, without_marks, word_set

_ADDRESS: Final = named(
    r"(?:\w+ )?address(?:es)?(?: ?(?:line ?)?[0-9])?", "addr", "street(?: ?(?:address|line) ?[0-9]?)?", "residence",
    "lives? (?:at|in)",
    "living at", "resid(?:es|ing) at", "ship(?:ped|ping)?(?: to)?", "deliver(?:y|ed)?(?: to)?", "mail(?:ing)? to",
    "home", "located at",
    "moved to", "anschrift", "adres(?:se|a)?", "wohnhaft", "dirección", "domicilio", "direccion", "indirizzo",
    "residente",
    "endereço", "endereco", "morada", "domicile", "adresse", "postal", "visit us at", "billing", "house", "flat",
    "apartment",
)  # fmt: skip
_NOT_ADDRESS: Final = named(
    "ip", "mac", "e ?mail", "mail", "wallet", "memory", "web", "url", "bitcoin", "eth(?:ereum)?", "contract",
    "hardware",
    "physical", "bus", "virtual", "base", "start", "return", "bind", "listen", "server", "network", "remote", "host",
)  # fmt: skip
_NO_STREET: Final = word_set(
    """
    wall easy sesame main-memory critical happy learning fast clear one two first second third same right wrong
    """
)
_POSTCODE: Final = named(
    "post ?code", "postal(?: code)?", "zip(?: ?code)?", "address", "addr", "postcodes", "plz", "postleitzahl",
    "code postal", "cap", "cep", "código postal", "lives?", "living", "ship(?:ped|ping)?", "deliver(?:y|ed)?",
    "street", "london", "uk",
)  # fmt: skip
# The seat of a company, as in the head of a licence.
_COMPANY: Final = re.compile(r"\b(?:Inc|Ltd|LLC|GmbH|Corp|Corporation|Foundation|S\.A|B\.V)\.?,?[\s#*/]{1,12}$")
_GOING_ON: Final = frozenset("-_/")
# Some things that are called after a street, as `5 Main Street tools`: a small number, and a plural behind the street.
_COUNTED: Final = re.compile(r"[0-9]{1,2} [^0-9,\n]+")
_THINGS: Final = re.compile(
    r" (?!(?:apartments|flats|units|offices|premises|residents|tenants|is|was|has|does|goes|looks|lies|sits|stands"
    r"|needs|gets|costs|remains|belongs|faces|always|across|towards|besides|perhaps|sometimes|as|this|thus|unless|plus|yes)\b)"
    r"[a-z]{2,20}s\b"
)
_YEARS: Final = re.compile(r"(?:19|20)[0-9]{2}-(?:19|20)?[0-9]{2}\b")
# Signs of a program, a path, a socket or a comment, and a number of three parts or more.
_CODE: Final = re.compile(r"[;$*+\[\]_]|\w\(|:[0-9/]|\.[a-z]+\b\(| # | = |[0-9]+\.[0-9]+\.[0-9]+")
_LATITUDE: Final = named(
    "lat", "lats", "latitude", "lon", "long", "lng", "longitude", "geo(?:loc(?:ation)?)?", "gps", "coords?",
    "coordinates?",
    "location", "position", "point", "latlng", "latlon", "latlong", "located",
)  # fmt: skip
_MACHINE: Final = re.compile(
    r"\b(?:localhost|loopback|sockets?|ports? [0-9]+|tcp|udp|unix|https?|ipv[46]|subnet|cidr)\b"
    r"|[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){3}",
    re.IGNORECASE,
)
# Streets that begin with a word in lower case; other words do so in prose.
_LOWER_STREET: Final = re.compile(
    r"(?:rue|chemin|all|avenue|av|boulevard|bd|place|impasse|route|quai|cours|calle|c/|plaza|paseo|via|viale|piazza"
    r"|corso|rua|travessa|ul|al|os|pl|jalan|jl|de|van|am|an|im|in|zum|zur)\b"
)
_PAIR: Final = re.compile(r"(-?[0-9]{1,3}\.[0-9]+)\D+?(-?[0-9]{1,3}\.[0-9]+)")


def _street(candidate: Candidate) -> float | None:
    """Accept a house number with a street word, unless the words are a saying or the number one of a thing."""
    if not any(map(str.isdigit, candidate.text)) or is_thing(candidate):
        return None
    if _COMPANY.search(candidate.before) or _YEARS.match(candidate.text):
        return None
    words = re.findall(r"[^\W\d_]+", candidate.text)
    if len(words) > 1 and words[0].lower() in _NO_STREET and not about(candidate, _ADDRESS):
        return None
    if about(candidate, _ADDRESS):
        return 0.9
    return None if _COUNTED.fullmatch(candidate.text) and _THINGS.match(candidate.after) else 0.75


def labelled_address(candidate: Candidate) -> float | None:
    """Accept what is named as a postal address, if it has a word and a number, and is none of a machine."""
    text = candidate.text.strip()
    if is_behind_mark(candidate) or _MACHINE.search(text):
        return None
    if (
        _NOT_ADDRESS.search(candidate.label)
        or not text[:1].isalnum()
        or _CODE.search(text)
        or "://" in text
        or "@" in text
        or "\\" in text
    ):
        return None
    if text[0].islower() and text[0].isascii() and not _LOWER_STREET.match(text):
        return None
    letters = sum(map(str.isalpha, text))
    divided = " " in text or not text.isascii()
    return 0.85 if letters > 3 and divided and text[:2] != "0x" and any(map(str.isdigit, text)) else None  # noqa: PLR2004 - a word


def _postcode(candidate: Candidate) -> float | None:
    """Accept by name, unless it goes on on either side, as the key of a product does."""
    if candidate.before[-1:] in _GOING_ON or candidate.after[:1] in _GOING_ON:
        return None
    return 0.8 if about(candidate, _POSTCODE) else None


def _coordinates(candidate: Candidate) -> float | None:
    """Accept a pair within the globe, by name or with the five decimals that a receiver gives."""
    found = _PAIR.search(candidate.text)
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    if abs(latitude) > 90 or abs(longitude) > 180 or latitude == longitude == 0:  # noqa: PLR2004 - degrees
        return None
    return 0.85 if about(candidate, _LATITUDE) else None


def _degree(candidate: Candidate) -> float | None:
    """Accept one half of a pair by its name, where the members beside it are those of a person or a device."""
    degrees = abs(float(candidate.text))
    if not 0 < degrees <= 180:  # noqa: PLR2004 - degrees
        return None
    # The text around is at hand, the names beside it are not: they are asked for where there is no text.
    near = without_marks(f"{candidate.before} {candidate.after}").lower()
    carried = _CARRIED.search(near if near.strip() else candidate.siblings)
    return 0.8 if carried and _HALF.search(candidate.label) else None


_CARRIED: Final = named(
    "accuracy", "heading", "bearing", "speed", "device(?: id)?", "user(?: id)?", "phone", "e ?mail", "street",
    "address", "zip",
    "postcode", "postal code", "home", "person", "driver", "customer", "employee", "patient", "ip", "last seen",
    "name on file",
)  # fmt: skip
_HALF: Final = named("lat", "latitude", "lon", "lng", "long", "longitude", "geo lat", "geo lon")
VALIDATORS: Final[Validators] = {
    "street_address": _street,
    "labelled_address": labelled_address,
    "postcode": _postcode,
    "geo_coordinates": _coordinates,
    "geo_degree": _degree,
}
