"""National identifiers: what tells whether a text is one, by the name that its detector uses."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

from stdnum.exceptions import ValidationError

from extproc.detect.detector import Candidate, Validators
from extproc.detect.personal import own_checks
from extproc.detect.personal.own_checks import compact, is_clock, is_day
from extproc.detect.personal.surroundings import about, checked, is_of_more_groups, is_thing, named

# Of the modules of python-stdnum; those that read a register of their own from disk are not among them.
_MODULES: Final = {
    "us_ssn": "us.ssn",
    "us_itin": "us.itin",
    "ca_sin": "ca.sin",
    "uk_nhs": "gb.nhs",
    "uk_utr": "gb.utr",
    "au_tfn": "au.tfn",
    "au_abn": "au.abn",
    "au_acn": "au.acn",
    "nz_ird": "nz.ird",
    "ie_pps": "ie.pps",
    "br_cpf": "br.cpf",
    "br_cnpj": "br.cnpj",
    "mx_curp": "mx.curp",
    "ar_cuit": "ar.cuit",
    "cl_rut": "cl.rut",
    "uy_rut": "uy.rut",
    "co_nit": "co.nit",
    "ec_ci": "ec.ci",
    "do_cedula": "do.cedula",
    "es_nif": "es.nif",
    "it_fiscal_code": "it.codicefiscale",
    "it_vat": "it.iva",
    "fr_nir": "fr.nir",
    "fr_nif": "fr.nif",
    "de_tax_id": "de.idnr",
    "nl_bsn": "nl.bsn",
    "be_nn": "be.nn",
    "at_svnr": "at.vnr",
    "ch_ahv": "ch.ssn",
    "se_personnummer": "se.personnummer",
    "no_fodselsnummer": "no.fodselsnummer",
    "fi_hetu": "fi.hetu",
    "is_kennitala": "is_.kennitala",
    "ee_isikukood": "ee.ik",
    "lt_asmens_kodas": "lt.asmens",
    "pl_pesel": "pl.pesel",
    "pl_nip": "pl.nip",
    "cz_rodne_cislo": "cz.rc",
    "ro_cnp": "ro.cnp",
    "bg_egn": "bg.egn",
    "gr_amka": "gr.amka",
    "hr_oib": "hr.oib",
    "si_emso": "si.emso",
    "pt_cc": "pt.cc",
    "pt_nif": "pt.nif",
    "tr_tckn": "tr.tckimlik",
    "ru_inn": "ru.inn",
    "il_id": "il.idnr",
    "za_id": "za.idnr",
    "in_aadhaar": "in_.aadhaar",
    "in_gstin": "in_.gstin",
    "in_voter_id": "in_.epic",
    "jp_my_number": "jp.in_",
    "kr_rrn": "kr.rrn",
    "th_national_id": "th.pin",
    "pk_cnic": "pk.cnic",
    "pe_dni": "pe.cui",
    "ve_rif": "ve.rif",
}
_OWN: Final[Mapping[str, Callable[[str], bool]]] = {
    "us_ssn_divided": own_checks.is_divided_ssn,
    "us_ein": own_checks.is_ein,
    "dk_cpr": own_checks.is_dated_cpr,
    "uk_nino": own_checks.is_nino,
    "au_medicare": own_checks.is_au_medicare,
    "cn_resident_id": own_checks.is_cn_resident_id,
    "hk_id": own_checks.is_hkid,
    "sg_nric": own_checks.is_sg_nric,
    "tw_national_id": own_checks.is_tw_id,
    "my_nric": own_checks.is_my_nric,
    "id_nik": own_checks.is_id_nik,
    "ae_emirates_id": own_checks.is_emirates_id,
    "eg_national_id": own_checks.is_egyptian_id,
    "ru_snils": own_checks.is_snils,
    "de_insurance_number": own_checks.is_de_insurance,
    "pl_identity_card": own_checks.is_pl_identity_card,
    "hu_taj": own_checks.is_hu_taj,
    "lv_personal_code": own_checks.is_lv_personal_code,
    "ua_tax_number": own_checks.is_ua_tax_number,
    "in_pan": own_checks.is_pan,
    "icao_checked": own_checks.is_icao_checked,
}
_CPR: Final = named("cpr", "cpr[ -]?n[ur]mm?er", "personnummer", "danish", "dansk")
_SWEDISH: Final = named("person(?:al )?n(?:umme|)r", "personal identity", "swedish", "svensk[at]?", "pnr")
_TFN: Final = named("tfns?", "tax(?:es)?", "tax file(?: (?:no|number))?", "australian?", "ato")
_SHORT: Final = 10


def _standard(module: str) -> Callable[[str], bool]:
    """Return the check of python-stdnum; anything that it cannot read is not valid."""
    validate: Callable[[str], object] = import_module(f"stdnum.{module}").validate

    def check(text: str) -> bool:
        try:
            return bool(validate(text))
        except (ValidationError, ValueError):
            return False

    return check


_IS: Final[Mapping[str, Callable[[str], bool]]] = {**{name: _standard(path) for name, path in _MODULES.items()}, **_OWN}


def is_valid(name: str, text: str) -> bool:
    """Whether a text passes the check of this name."""
    try:
        return _IS[name](text)
    except (ValueError, IndexError, KeyError):
        # Digits of another length than the check is for.
        return False


def _cpr(candidate: Candidate) -> float | None:
    """Accept a Danish CPR number: those of today have no check digit, so without its name the old one must fit."""
    number = compact(candidate.text)
    if not is_day(int(number[2:4]), int(number[:2])) or is_thing(candidate):
        return None
    if about(candidate, _CPR):
        return 0.9
    total = sum(int(one) * weight for one, weight in zip(number, (4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True))
    return 0.7 if total % 11 == 0 and not is_clock(number[6:]) else None


def _personnummer(candidate: Candidate) -> float | None:
    """Accept a Swedish personal number: the short form without its name must not be a date and a time of day."""
    if not _IS["se_personnummer"](candidate.text) or is_thing(candidate):
        return None
    if about(candidate, _SWEDISH):
        return 0.9
    digits = compact(candidate.text)
    return None if len(digits) == _SHORT and is_clock(digits[-4:]) else 0.8


def _tfn(candidate: Candidate) -> float | None:
    """Accept an Australian tax file number by name, or alone: in prose three groups of three are any large number."""
    if not _IS["au_tfn"](candidate.text) or is_of_more_groups(candidate) or is_thing(candidate):
        return None
    alone = not candidate.before.strip(" \"'") and not candidate.after.strip(" .\"'\n")
    return 0.9 if alone or "-" in candidate.text or about(candidate, _TFN) else None


VALIDATORS: Final[Validators] = {
    **{name: checked(check) for name, check in _IS.items()},
    "au_tfn": _tfn,
    "dk_cpr": _cpr,
    "se_personnummer": _personnummer,
}
