"""Words by which the name of a company is told from that of a person: its legal form, and what it deals in."""

from collections.abc import Sequence
from typing import Final

from extproc.detect.personal.surroundings import named, word_set

# At the end of a name; the short ones are words of names elsewhere.
_LEGAL_FORMS: Final = word_set(
    """
    inc llc llp lp ltd limited plc corp corporation pty pte bhd sdn gmbh mbh ag kg kgaa ohg ug eg se sa sas sarl sasu
    eurl snc scop srl spa sapa sl slu slp lda ltda eireli bv nv cv vof oy oyj ab as asa aps hb oü sia uab zrt kft nyrt
    bt doo ad ood eood sro jsc pjsc ojsc oao zao kk gk tbk pt
    """
)
# Nobody is called so; what else a company may have in its name (Mills, Powers, Waters, Handel) is left out.
_TRADES: Final = word_set(
    """
    advisors advisory aerospace airlines airways analytics apparel appliances architects associates assurance
    automotive aviation bakery bancorp biosciences biotech bistro brands brewery brewing broadcasting brothers bros
    builders capital catering chemicals cinemas cleaners clothing communications computing construction consultancy
    consultants consulting contractors cooperative cosmetics courier creations creative cruises dairy dental
    diagnostics distribution distributors dynamics electric electrical electronics energy engineering entertainment
    equipment estates express fabrics farms fashion fashions federation fisheries fitness florist foods footwear
    freight fund furniture gaming gas healthcare hospitality industrial industries industry innovations instruments
    insurance interactive interiors investment investments jewelers jewellers kitchens landscaping league
    logistics lumber machinery manufacturing maritime materials metals microsystems minerals mining mobility mortgage
    motors motorsport movers networks news oil optics orchestra outfitters outsourcing packaging petroleum pharma
    pharmaceuticals pharmacy photography pictures pizzeria plastics plumbing ports power-plants press printing
    productions products properties publishers publishing railway railways realty recruitment rentals resorts
    restaurants retail robotics roofing savings seafood securities semiconductors semiconductor shipping society solar
    sons sporting staffing steelworks stores suppliers supplies supply surgical telecom telecommunications textiles
    therapeutics tires tools tours toys traders trading transit transport transportation travel trucking trust union
    utilities utility veterinary ventures warehouse warehousing waterworks wholesale widgets wines winery works
    apotheke autohaus bäckerei brauerei genossenschaft gruppe handelsgesellschaft ingenieurbüro klinik klinikum
    metzgerei sparkasse spedition stadtwerke tischlerei verein verlag versicherung versicherungen vertrieb volksbank
    werke wohnungsbau
    assurances banque boulangerie éditions groupe société transports
    banco comercial construcciones industrias seguros transportes
    assicurazioni banca costruzioni gruppo industrie trasporti
    banka bouw bouwbedrijf groep verzekeringen
    """
)
# These are names of persons as well, but hardly the last one.
_LAST_TRADES: Final = word_set("bahn bau water technik foundry")
_BESIDE: Final = named(
    "industry", "duns(?: ?(?:no|num|number))?", "lei", "head ?count", "(?:number|no|num) of employees", "legal form",
    "company (?:type|size|number)", "ticker", "annual revenue", "siren", "siret", "handelsregister(?:nummer)?",
    "trade register", "incorporat(?:ed|ion)(?: date)?", "founded",
)  # fmt: skip
_EITHER: Final = named(
    r"(?:customer|client|buyer|seller|payee|payer|recipient|sender|beneficiary|tenant|landlord|(?:account ?)?holder"
    r"|owner|member|subscriber|host|provider|insured|policy ?holder|partner|consignee|consignor|kunde|klient"
    r"|cliente|klant|kund|titular|titulaire|contractor)s?(?: name)?",
)
# A record that has these tells a person of the company.
_OF_PERSON: Final = named(
    "company(?: name)?", "organi[sz]ation(?: name)?", "employer", "(?:job )?title", "(?:first|last|given|family) ?name",
    "gender", "sex", "dob", "date of birth", "birth ?(?:date|day)", "age", "ssn", "nationality", "e ?mail(?: address)?",
    "mobile",
)  # fmt: skip


def is_firm(words: Sequence[str]) -> bool:
    """Whether a name has words of a company. One in small letters before the last is of a family: `van de Water`."""
    lowered = [word.strip(".,'\u2019").lower() for word in words]
    if len(lowered) < 2:  # noqa: PLR2004 - one word tells nothing
        return False
    if lowered[-1] in _LEGAL_FORMS or not _TRADES.isdisjoint(lowered):
        return True
    return lowered[-1] in _LAST_TRADES and not words[-2][:1].islower()


def is_of_firm(label: str, siblings: str) -> bool:
    """Whether a label that fits persons and companies stands in the record of a company."""
    return bool(_EITHER.search(label) and _BESIDE.search(siblings) and not _OF_PERSON.search(siblings))
