"""Members whose name tells that their whole value is personal, where the value has no form of its own to search for."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from extproc.detect.detector import Candidate, Detector, Validator
from extproc.detect.found import Found
from extproc.detect.labels import normal
from extproc.detect.leaves import Leaves
from extproc.detect.personal.banking import VALIDATORS as BANKING
from extproc.detect.personal.contact import VALIDATORS as CONTACT
from extproc.detect.personal.documents import VALIDATORS as DOCUMENTS
from extproc.detect.personal.named_ids import NAMES_OF_IDS
from extproc.detect.personal.named_ids import VALIDATORS as NATIONAL
from extproc.detect.personal.persons import GIVEN_NAMES
from extproc.detect.personal.persons import VALIDATORS as PERSONS
from extproc.detect.personal.places import VALIDATORS as PLACES
from extproc.detect.personal.places import labelled_address
from extproc.detect.personal.surroundings import named
from extproc.detect.rules import found, outside_marks
from extproc.detect.surroundings import Place, Surroundings
from extproc.detect.views import View
from extproc.model.finding import Category


class Member(NamedTuple):
    """Names of members, and what makes their values findings."""

    names: re.Pattern[str]
    unless: re.Pattern[str]
    form: re.Pattern[str]
    detector: Detector
    validator: Validator


def _by_form(_candidate: Candidate) -> float:
    return 0.85


def _member(
    entity: str,
    names: re.Pattern[str],
    form: str,
    *,
    unless: re.Pattern[str] | None = None,
    validator: Validator = _by_form,
    category: Category = Category.PII,
) -> Member:
    # It has no pattern that an engine could search: its name is what is found.
    detector = Detector(id=f"{entity.replace('_', '-')}-of-member", entity=entity, category=category, pattern="")
    return Member(names, unless or _NOTHING, re.compile(form), detector, validator)


_NOTHING: Final = re.compile(r"(?!)")
_MEMBERS: Final = (
    _member(
        "postal_address",
        named(
            r"(?:[a-z]+ )?(?:street|postal|home|mailing|billing|shipping|delivery|residential|work|legal) ?address",
            r"address(?: ?line)?(?: ?[0-9])?",
            "addr(?: ?[0-9])?",
            "street(?: ?(?:name|line|[0-9]))?",
            "line ?[123]",
            "anschrift",
            "straße",
            "strasse",
            "adresse",
            "dirección",
            "direccion",
            "domicilio",
            "indirizzo",
            "endereço",
            "morada",
            "adres",
            "residence",
            "住所",
            "地址",
            "주소",
        ),
        r"[^<>{}|=`\\]{5,200}",
        unless=named(
            "ip", "mac", "e ?mail", "wallet", "memory", "web", "url", "contract", "bind", "listen", "server", "host"
        ),
        validator=labelled_address,
    ),
    _member(
        "postcode",
        named(
            "post ?code",
            "postal ?code",
            "zip(?: ?code)?",
            "plz",
            "postleitzahl",
            "code postal",
            "código postal",
            "cep",
            "cap",
        ),
        r"(?=.*[0-9])[0-9A-Za-z][0-9A-Za-z -]{2,9}",
    ),
    _member(
        "licence_plate",
        named(
            r"(?:licen[cs]e|number|registration|vehicle|car) ?plate(?: ?(?:no|num|number))?",
            "plate ?(?:no|num|number)",
            "kennzeichen",
            "matrícula",
            "matricula",
            "immatriculation",
            "targa",
            "kenteken",
            "vehicle reg(?:istration)?",
        ),
        r"(?=.*[0-9])[0-9A-Z](?:[0-9A-Z -]){3,10}",
    ),
    _member(
        "uk_sort_code", named("sort ?code"), r"[0-9]{6}|[0-9]{2}[- ][0-9]{2}[- ][0-9]{2}", category=Category.FINANCIAL
    ),
    _member(
        "cvv",
        named("cvv2?", "cvc2?", "cvn", "csc", "card (?:security|verification) (?:code|value)", "security code"),
        r"[0-9]{3,4}",
        category=Category.FINANCIAL,
    ),
    _member(
        "medical_record_number",
        named(
            "mrn", "medical ?record(?: ?(?:no|num|number|id))?", "patient ?(?:id|no|num|number)", "chart ?(?:no|number)"
        ),
        r"(?=.*[0-9]{3})[0-9A-Za-z-]{4,20}",
    ),
    _member(
        "health_insurance_number",
        named(
            r"(?:health )?(?:insurance|member|policy ?holder|subscriber|beneficiary) ?(?:id|no|num|number)",
            "medicaid ?(?:id|number)",
            "medicare ?(?:id|number)",
            "ehic",
            "kvnr",
            "versichertennummer",
        ),
        r"(?=.*[0-9]{4})[0-9A-Za-z-]{6,20}",
    ),
    _member(
        "driver_licence",
        named(
            r"driv(?:er|ing)(?:'?s)? ?licen[cs]e(?: ?(?:no|num|number|id))?",
            "dl ?(?:no|num|number)",
            "führerschein(?:nummer)?",
        ),
        r"(?=.*[0-9]{3})[0-9A-Za-z][0-9A-Za-z -]{4,20}",
    ),
    _member(
        "passport",
        named("passport(?: ?(?:no|num|number|id))?", "reisepass(?:nummer)?", "pasaporte", "passaporto", "passeport"),
        r"(?=.*[0-9]{3})[0-9A-Za-z]{6,12}",
    ),
    _member("person_name", named("^(?:family|given)$"), r"[^\W\d_][^\d_]{0,60}", validator=PERSONS["human_name"]),
    _member("person_name", GIVEN_NAMES, r"[^\W\d_][^\d_]{0,60}", validator=PERSONS["person_labelled"]),
    _member(
        "phone",
        named(
            "phones?",
            "tel",
            "mobile",
            "cell",
            "fax",
            "msisdn",
            "handy",
            "telefon[oe]?",
            "telephone",
            "celular",
            "whats ?app",
        ),
        r"\(?[0-9][0-9 ().\-/]{5,18}[0-9]",
        validator=CONTACT["phone_by_label"],
    ),
    _member(
        "date_of_birth",
        named(
            "dob",
            "date ?of ?birth",
            "birth ?(?:date|day)",
            "born",
            "birth",
            "geburtsdatum",
            "fecha de nacimiento",
            "naissance",
        ),
        r"[0-9]{1,4}[./ -]?[0-9]{2}[./ -]?[0-9]{2,4}(?:T00:00:00(?:\.0{1,6})?Z?)?",
        validator=DOCUMENTS["date_of_birth"],
    ),
    _member(
        "us_ssn",
        named("ssn", "social security(?: (?:no|num|number))?"),
        r"[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{4}",
        validator=NATIONAL["us_ssn_named"],
    ),
    _member("national_id", NAMES_OF_IDS, r"[0-9][0-9 ./-]{4,20}[0-9]", validator=NATIONAL["national_id_named"]),
    _member("us_npi", named("npi"), r"[12][0-9]{9}", validator=DOCUMENTS["npi"]),
    _member(
        "us_routing_number",
        named("routing(?: ?(?:no|number))?", "aba", "rtn"),
        r"[0-9]{9}",
        validator=BANKING["us_routing_number"],
        category=Category.FINANCIAL,
    ),
    _member(
        "bank_account",
        named("(?:account|acct) ?(?:no|nr|num|number)", "bank ?account", "kontonummer", "rekeningnummer"),
        r"[0-9][0-9 -]{4,22}[0-9]",
        validator=BANKING["bank_account"],
        category=Category.FINANCIAL,
    ),
    _member(
        "geo_coordinates",
        named("lat(?:itude)?", "lon(?:gitude)?", "lng"),
        r"-?[0-9]{1,3}\.[0-9]{4,17}",
        validator=PLACES["geo_degree"],
    ),
    _member("mac_address", named("mac(?: ?address)?", "bssid", "hw ?addr(?:ess)?"), r"(?=.*[0-9])[0-9A-Fa-f]{12}"),
)


@lru_cache(maxsize=4096)
def _of_name(name: str) -> tuple[Member, ...]:
    label = normal(name)
    return tuple(member for member in _MEMBERS if member.names.search(label) and not member.unless.search(label))


def _speaks(name: str) -> bool:
    return bool(_of_name(name))


def named_members(leaves: Leaves, around: Surroundings) -> Iterator[tuple[int, Found]]:
    """Return the values of a message that their names make personal, with their leaves."""
    for leaf in leaves.named(_speaks):
        view = View(text=leaves.texts[leaf], leaf=leaf)
        start, end = outside_marks(view.text, 0, len(view.text))
        if start >= end:
            continue
        for member in _of_name(str(leaves.label(leaf))):
            if not member.form.fullmatch(view.text, start, end):
                continue
            score = member.validator(Place(around, view, start, end))
            if score is not None:
                yield leaf, found(member.detector, view, start, end, score)


MEMBER_ENTITIES: Final = frozenset(member.detector.entity for member in _MEMBERS)
