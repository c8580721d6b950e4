"""Numbers that are national identifiers by what they are called: digits alone, which many other things have too."""

import re
from typing import Final

from extproc.detect.detector import Candidate, Validator, Validators
from extproc.detect.personal.national import is_valid
from extproc.detect.personal.own_checks import compact
from extproc.detect.personal.surroundings import about, after, before, is_thing, named

# What each identifier is called, and in whose check it must pass; several where one word is used in several countries.
_PHRASES: Final = (
    ("sin, social insurance(?: (?:no|number))?, nas", "ca_sin"),
    ("nhs(?: ?(?:no|number|num))?, national health(?: service)?", "uk_nhs"),
    ("utr, unique taxpayer(?: reference)?", "uk_utr"),
    ("e\\.?i\\.?n\\.?, fein, employer id(?:entification)?(?: (?:no|number))?, federal tax id", "us_ein"),
    ("tfn, tax file(?: (?:no|number))?", "au_tfn"),
    ("abn, business number", "au_abn"),
    ("acn, company number", "au_acn"),
    ("medicare(?: (?:no|number|card))?", "au_medicare"),
    ("ird(?: (?:no|number))?, inland revenue", "nz_ird"),
    ("cpf", "br_cpf"),
    ("cnpj", "br_cnpj"),
    ("cui[tl]", "ar_cuit"),
    ("ru[tn], rol único", "cl_rut uy_rut"),
    ("cpr(?: ?-?n[ru]m?mer| ?-?nr)?", "dk_cpr"),
    ("spi, r[eé]f[eé]rence fiscale", "fr_nif"),
    ("nit", "co_nit"),
    ("c[eé]dula(?: de identidad)?", "ec_ci do_cedula"),
    ("nir, insee, s[eé]curit[eé] sociale, num[eé]ro de s[eé]cu, carte vitale", "fr_nir"),
    (
        "steuer ?-?(?:id|idnr|identifikationsnummer|identnummer|nummer), idnr, tin, tax id(?: number)?",
        "de_tax_id uk_utr pt_nif nl_bsn pl_nip es_nif it_vat",
    ),
    ("partita iva, p\\.? ?iva, vat", "it_vat"),
    ("bsn, burger ?service ?nummer, sofi ?nummer, citizen service", "nl_bsn"),
    ("rijksregister ?nummer, registre national, num[eé]ro national, nrn, insz, niss, national register", "be_nn"),
    ("svnr, sozialversicherungs(?:nummer|nr), sv ?-?nummer, e-?card", "at_svnr"),
    ("ahv(?: ?-?(?:nr|nummer))?, avs, navs13", "ch_ahv"),
    ("person ?nummer, personal ?(?:identity )?number, pnr", "se_personnummer no_fodselsnummer"),
    ("f[øo]dsels ?nummer, fnr", "no_fodselsnummer"),
    ("kennitala, kt", "is_kennitala"),
    ("isikukood, ik", "ee_isikukood"),
    ("asmens kodas", "lt_asmens_kodas"),
    ("personas kods", "lv_personal_code"),
    ("pesel", "pl_pesel"),
    ("nip", "pl_nip"),
    ("rodn[eé] ?[cč][ií]slo, r\\.?[cč]\\.?", "cz_rodne_cislo"),
    ("cnp, cod numeric personal", "ro_cnp"),
    ("egn, егн", "bg_egn"),
    ("amka, αμκα", "gr_amka"),
    ("oib", "hr_oib"),
    ("emso, emšo, jmbg", "si_emso"),
    ("nif, contribuinte, n[uú]m[eé]ro fiscal", "pt_nif fr_nif es_nif"),
    ("taj(?:sz[aá]m)?, taj ?-?sz[aá]m", "hu_taj"),
    ("t\\.?c\\.?(?: kimlik)?(?: no)?, tckn, kimlik(?: no| numaras\u0131)?, turkish id", "tr_tckn"),
    ("inn, инн", "ru_inn"),
    ("snils, снилс", "ru_snils"),
    ("rnokpp, рнокпп, ипн, іпн", "ua_tax_number"),
    ("teudat zehut, israeli id, tz, mispar zehut, תעודת זהות", "il_id"),
    ("south african id, sa id, rsa id, id ?number, identity number", "za_id"),
    ("aadhaa?r(?: (?:no|number|card))?, uidai, uid, आधार", "in_aadhaar"),
    ("my ?number, individual number, マイナンバー, 個人番号", "jp_my_number"),
    ("身份证, 公民身份, 居民身份证", "cn_resident_id"),
    ("rrn, resident registration(?: number)?, 주민등록번호, 주민번호", "kr_rrn"),
    ("thai id, pin, บัตรประชาชน, เลขประจำตัวประชาชน", "th_national_id"),
    ("nik, ktp, nomor induk", "id_nik"),
    ("emirates id, eid", "ae_emirates_id"),
    ("egyptian id, الرقم القومي", "eg_national_id"),
    ("cnic, nadra", "pk_cnic"),
    ("mykad, nric, ic(?: no| number)?", "my_nric"),
)
_KINDS: Final = tuple((named(*phrases.split(", ")), checks.split()) for phrases, checks in _PHRASES)
# Names that leave no doubt, of numbers whose check is unknown or differs by country.
_UNCHECKED_PHRASES: Final = (
    r"(?:national|citizen|personal)[ _-]?(?:identity|identification|id|insurance)(?: ?(?:card|code|no|num|number))*",
    r"identity card(?: (?:no|number))?", r"id card (?:no|number)", "dni", "ci number", "cc (?:no|number)", "cccd",
    "cmnd",
    "nin", "bvn", "trn", "nuit", "curp", r"c[eé]dula(?: de (?:ciudadan[ií]a|identidad))?", "personalausweis(?:nummer)?",
    "carte d'identit[eé]", "carta d'identit[aà]", "documento de identidad", "szem[eé]lyi(?: sz[aá]m)?",
    "henkil[oö]tunnus",
    r"(?:social|national) security(?: (?:no|number))?", r"aadhaa?r(?: (?:no|number|card))?", "nuip", "philsys",
    "umid", "voter id", "taxpayer(?: id)?(?: number)?",
)  # fmt: skip
_UNCHECKED: Final = named(*_UNCHECKED_PHRASES)
_LEAST, _MOST = 6, 18
# Identifiers with a date and a check in them: rare enough among numbers to be taken when nothing else is said.
_STRUCTURED: Final = {
    10: ("bg_egn",),
    11: ("pl_pesel", "tr_tckn", "no_fodselsnummer", "ee_isikukood"),
    13: ("ro_cnp", "si_emso", "za_id"),
}
_DATE: Final = re.compile(
    r"(?:19|20)[0-9]{2}[-./ ][0-9]{1,2}[-./ ][0-9]{1,2}|[0-9]{1,2}[-./ ][0-9]{1,2}[-./ ](?:19|20)?[0-9]{2}"
)


# One pattern for all of them, tried first: most numbers have no such name.
NAMES_OF_IDS: Final = named(*(phrases.replace(", ", "|") for phrases, _ in _PHRASES), *_UNCHECKED_PHRASES)


def _is_alone(candidate: Candidate) -> bool:
    """Whether the text has nothing else, and nothing names it."""
    return (
        candidate.label in {"", "text"} and not candidate.before.strip(" \"'") and not candidate.after.strip(" .\"'\n")
    )


def _named(candidate: Candidate) -> float | None:
    """Accept digits that pass the check of what they are called."""
    digits = compact(candidate.text)
    if not _LEAST <= len(digits) <= _MOST or _DATE.fullmatch(candidate.text) or is_thing(candidate):
        return None
    if digits == candidate.text.rstrip(".") and len(digits) in _STRUCTURED and _is_alone(candidate):
        return 0.6 if any(is_valid(check, digits) for check in _STRUCTURED[len(digits)]) else None
    near = f"{candidate.label}\n{before(candidate)}\n{after(candidate)}"
    if not NAMES_OF_IDS.search(near):
        return None
    for phrases, checks in _KINDS:
        if phrases.search(near) and any(is_valid(check, digits) for check in checks):
            return 0.9
    return 0.75 if _UNCHECKED.search(near) else None


_SSN: Final = named(
    "ssn", "ssns", "social security(?: (?:no|num|number))?", "soc ?sec", r"social(?: number)?", "ss ?(?:no|number|#)"
)
_ITIN: Final = named("itin", "individual taxpayer(?: identification)?(?: number)?", "tax ?id", "taxpayer")


def _ssn_named(candidate: Candidate) -> float | None:
    return 0.9 if is_valid("us_ssn_divided", candidate.text) and about(candidate, _SSN) else None


def _itin(candidate: Candidate) -> float | None:
    """Accept hyphens in their places, or the name."""
    if not is_valid("us_itin", candidate.text.replace(" ", "-")):
        return None
    divided = sum(one in " -" for one in candidate.text) == len("--")
    return 0.9 if about(candidate, _ITIN) else 0.8 if divided and not is_thing(candidate) else None


def _by_name(check: str | None, *phrases: str) -> Validator:
    """Accept what passes the check, if there is one, and is called so."""
    pattern = named(*phrases)

    def validator(candidate: Candidate) -> float | None:
        return 0.9 if (check is None or is_valid(check, candidate.text)) and about(candidate, pattern) else None

    return validator


_BY_NAME: Final[Validators] = {
    "au_acn_named": _by_name("au_acn", "acn", "company", "asic", "australian"),
    "pl_identity_card_named": _by_name("pl_identity_card", "dow[oó]d(?: osobisty)?", "polish", "poland", "identity",
    "id card"),
    "in_voter_id_named": _by_name("in_voter_id", "voter(?:'s)?(?: id)?", "epic", "election", "elector"),
    "tw_national_id_named": _by_name("tw_national_id", "taiwan(?:ese)?", "national id", "identity", "id card", "id",
    "身[分份]證", "統一編號"),
    "de_identity_card": _by_name("icao_checked", "personalausweis(?:nummer)?", "ausweis(?:nummer)?", "german",
    "identity", "id card"),
    "uk_sort_code_named": _by_name(None, "sort(?: ?codes?)?"),
    "in_ifsc_named": _by_name(None, "ifsc(?: code)?", "bank", "branch", "neft", "rtgs", "imps"),
    "mx_rfc_named": _by_name(None, "rfc", "contribuyentes?", "fiscal", "m[eé]xico", "sat", "tax"),
    "lk_nic_named": _by_name(None, "nic", "sri lankan?", "national identity"),
    "ph_sss_named": _by_name(None, "sss", "social security", "philippines?"),
    "nz_nhi": _by_name(None, "nhi", "national health(?: index)?"),
    "it_identity_card": _by_name(None, r"carta d.identit[aà]", "cie", "identity", "italian", "id card", "documento"),
}  # fmt: skip


def _es_nif(candidate: Candidate) -> float | None:
    return 0.9 if is_valid("es_nif", compact(candidate.text)) and not is_thing(candidate) else None


_NINO: Final = named("ni(?: ?(?:no|number|num))?", "nino", "national insurance(?: (?:no|number))?")


def _uk_nino(candidate: Candidate) -> float | None:
    """Accept the letters that are given out, or the name: examples often have others."""
    if is_valid("uk_nino", candidate.text) and not is_thing(candidate):
        return 0.9
    return 0.85 if about(candidate, _NINO) else None


def _pt_cc(candidate: Candidate) -> float | None:
    """Accept the check with two letters where the version stands; digits alone are many other things."""
    number = compact(candidate.text)
    return 0.9 if number[-3:-1].isalpha() and is_valid("pt_cc", number) and not is_thing(candidate) else None


_KOREAN: Final = named("rrn", "resident registration(?: number)?", "korean?", "주민등록번호", "주민번호", "national id")


def _kr_rrn(candidate: Candidate) -> float | None:
    """Accept the check, which numbers since October 2020 do not have, or the name."""
    number = compact(candidate.text)
    if not "01" <= number[2:4] <= "12" or not "01" <= number[4:6] <= "31" or is_thing(candidate):
        return None
    return 0.9 if is_valid("kr_rrn", number) or about(candidate, _KOREAN) else 0.7


VALIDATORS: Final[Validators] = {
    "national_id_named": _named,
    "us_ssn_named": _ssn_named,
    "us_itin_any": _itin,
    "uk_nino_any": _uk_nino,
    "es_nif_divided": _es_nif,
    "pt_cc_lettered": _pt_cc,
    "kr_rrn_dated": _kr_rrn,
    **_BY_NAME,
}
