"""Names of persons: what a label or a salutation promises, and what has no form of a name."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from extproc.detect.detector import Candidate, Validators
from extproc.detect.personal.firms import is_firm, is_of_firm
from extproc.detect.personal.surroundings import named, without_marks, word_set

PARTICLES: Final = word_set(
    """
    de da di do du del della dos das des der den van von vom zu zum la le el al bin bint ibn ben abu y e ter ten te af
    av
    san st dela en auch of zur
    """
)
# Words that stand in capitals where a name could, and are none; a name that has one of them is one of something else.
_WORDS: Final = word_set(
    """
    damen herren kollegen kolleginnen kunden messieurs mesdames señores señoras clientes colegas signori heren dames
    save changes cancel submit edit delete desk intel graphics pull request requests merge branch growth
    zusammen tous todos tutti alle equipo équipe equipe core maintainer maintainers contributor contributors reviewer
    reviewers approver approvers owner owners author authors committee steering working leadership operations
    the a an and or of for to in on at by with from as is are was be not no yes all any some none null true false
    unknown
    i we you he she they it this that these those there here my your our his her its their who what when where why how
    hello hi hey dear thanks thank please sorry welcome regards sincerely best kind cheers sir madam everyone all team
    folks
    friend friends customer customers client user users admin administrator guest member members partner colleague
    colleagues hiring manager support service services sales marketing engineering finance legal department office staff
    committee board council agency ministry government association foundation institute university college school
    academy
    hospital clinic bank church museum library hotel restaurant store shop market centre center station airport company
    corporation corp inc llc ltd limited gmbh ag sa srl bv plc co group holding holdings partners solutions systems
    system
    technologies technology software hardware labs lab studio studios media digital global international national united
    federal royal american british german french european street road avenue lane drive park lake mount river north
    south
    east west new old city town county state republic kingdom island valley monday tuesday wednesday thursday friday
    saturday sunday january february march april june july august september october november december spring summer
    autumn
    winter today tomorrow yesterday name names first last full email phone address date time birth number code id type
    value key title subject body message text note notes description summary status state active inactive enabled
    disabled
    open closed pending running success failed error warning info debug trace default custom public private internal
    external test testing example sample demo dummy foo bar baz lorem ipsum world data database server client api app
    application web site page file folder document image video audio report list table column row field form button
    practice practices guide guides pattern patterns tips rules steps features options details results examples
    enterprise enterprises project product item order invoice payment account card credit debit price amount total
    version release update build
    model class function method object module package library framework plugin tool tools agent assistant bot browser
    code visual windows linux mac ios android cloud network security privacy policy terms license copyright open source
    source target input output request response session token secret password login logout profile settings config
    getting started quick start user guide reference overview introduction contents chapter section appendix figure
    machine learning deep neural artificial intelligence language protocol standard format unit integration
    read write create delete get set add remove edit view show hide run stop start end begin next previous back home
    about contact help search find go see use using make check enter select choose click press note important tip
    blue red green black white yellow orange gold silver dark light pro plus premium basic standard free enterprise
    manager director engineer developer analyst designer president officer chief vice senior junior lead head
    string int integer double float boolean bool char long array struct void promise optional task future iterable
    patient employee employees doctor nurse record records insurance number medical health emergency
    """
)
# Those of them that are names as well: one may stand beside a word that is a name and nothing else.
ALSO_NAMES: Final = word_set(
    """
    april june august may summer winter autumn spring dawn deep sales mark will art page grace hope faith rose ivy
    north south east west green black white
    gold silver brown park lane street church hill lake mount price king best long german french english british young
    bush field day rich wise sharp strong small little bell cook baker carter mason cooper fisher hunter parker
    turner walker taylor smith ward wood woods stone rivers banks brook brooks marsh frost snow love bond law case
    """
)
_STRONG: Final = named(
    r"(?:first|last|given|family|middle|sur|fore|full|legal|maiden|nick|preferred|christian) ?names?", "fname", "lname",
    r"(?:customer|client|patient|contact|employee|staff|person|borrower|buyer|seller|tenant|landlord|guest|passenger"
    r"|travell?er|student|teacher|pupil|applicant|candidate|recipient|sender|payee|payer|beneficiary|benefactor|donor"
    r"|signer|signatory|guardian|parent|mother|father|spouse|husband|wife|partner|child|sibling|next of kin|insured"
    r"|claimant|policy ?holder|account ?holder|card ?holder|holder|subscriber|attendee|participant|physician|doctor"
    r"|nurse|surgeon|provider|practitioner|therapist|caregiver|emergency contact|manager|supervisor|reviewer|approver"
    r"|assignee|requester|reporter|rep|representative|agent|driver|witness|defendant|plaintiff|attorney"
    r"|lawyer|judge|resident|member|caller|consignee|consignor|attn|attention|owner|created by|signed by"
    r"|ordered by|bill(?:ed)? to|ship(?:ped)? to|prepared (?:by|for)|host|speaker|organi[sz]er|invitee|lead|consultant"
    r"|coach|player|user|director|ceo|founder)s?(?:'s)?(?: (?:full )?name)?",
    "name on (?:card|account)", "person", "people", "persons", "vorname", "nachname", "familienname", "kunde", "kundin",
    "patientin", "ansprechpartner(?:in)?", "inhaber(?:in)?", "empfänger", "prénom", "nom(?: de famille)?", "titulaire",
    "destinataire", "nombres?", "apellidos?", "nombre completo", "cliente", "paciente", "titular", "beneficiario",
    "nome",
    "cognome", "sobrenome", "intestatario", "naam", "voornaam", "achternaam", "klant", "imię", "nazwisko", "förnamn",
    "efternamn", "fornavn", "etternavn", "efternavn", "nimi", "etunimi", "sukunimi", "jméno", "příjmení", "ad", "soyad",
    "kontakt(?:person)?", "contacto", "contatto", "contato", "kund", "klient(?:in|ka)?", "pacjent(?:ka)?",
    "pracownik", "patiënt", "werknemer", "medewerker", "anställd",
    "medarbetare", "asiakas", "potilas", "paziente", "dipendente", "salarié", "employé", "mitarbeiter(?:in)?",
    "arbeitnehmer(?:in)?", "versicherte[r]?", "antragsteller(?:in)?", "absender(?:in)?", "halter(?:in)?",
    "fahrer(?:in)?", "empleado", "solicitante", "remitente", "destinatario", "asegurado", "conductor",
    "funcionário", "colaborador", "beneficiário", "destinatário", "müşteri", "hasta", "zákazník", "pacient",
    "zaměstnanec", "ügyfél", "naam klant", "navn", "namn", "név", "nume", "prenume", "όνομα", "επώνυμο",
    "имя", "фамилия", "фио", "клиент", "姓名", "名前", "氏名", "이름", "성명",
)  # fmt: skip
GIVEN_NAMES: Final = named(
    r"(?:first|last|given|family|middle|sur|fore|maiden|nick|preferred) ?names?", "fname", "lname", "vorname",
    "nachname",
    "familienname", "prénom", "nom de famille", "apellidos?", "cognome", "sobrenome", "voornaam", "achternaam",
    "imię", "nazwisko",
    "förnamn", "efternamn", "fornavn", "etternavn", "efternavn", "etunimi", "sukunimi", "jméno", "příjmení", "имя",
    "фамилия",
    "姓名", "名前", "氏名", "이름", "성명",
)  # fmt: skip
_PLAIN_NAME: Final = named(
    "names?", "fn", "cn", "display name", "to", "from", "cc", "bcc", "real name", "label", "contacts?", "user name"
)
_THING_NAME: Final = named(
    "file", "product", "company", "organi[sz]ations?", "org", "host", "tool", "project", "repo(?:sitory)?", "class",
    "function",
    "model", "event", "field", "table", "column", "domain", "branch", "tag", "package", "service", "city", "country",
    "place",
    "street", "school", "hotel", "brand", "bank", "device", "server", "group", "team", "department", "role", "job",
    "title",
    "app", "application", "bucket", "image", "container", "cluster", "node", "namespace", "key", "variable", "type",
    "id",
    "email", "url", "agency", "vendor", "merchant", "store", "plan", "course", "book", "song", "movie", "album",
    "category",
    "page", "site", "region", "zone", "dataset", "index", "template", "workflow", "action", "module", "library",
    "license",
    "user agent", "agent version", "account type", "provider type", "policy", "campaign", "channel",
)  # fmt: skip
_PERSONAL: Final = named(
    "e ?mail(?: address)?", "phone(?: number)?", "tel(?:ephone)?", "mobile", "cell", "dob", "date of birth",
    "birth ?(?:date|day)?",
    "born", "ssn", "social security(?: number)?", "address", "gender", "sex", "age", "passport(?: (?:no|number))?",
    "first name",
    "last name", "patient", "employee(?: record| id)?", "customer", "nationality", "marital status", "salary",
    "hire date",
    "blood type", "diagnosis", "mrn", "iban", "card(?: number)?", "driver'?s? licen[cs]e", "occupation", "job title",
    "contact",
    "insurance", "member", "spouse", "street", "zip", "postcode", "city", "fax", "national id", "relationship",
    "staff", "person", "mail", "mailto", "b ?day", "given ?name", "geburtsdatum", "anschrift", "adresse?", "telefon",
    "teléfono", "téléphone", "dirección", "indirizzo", "endereço", "nacimiento", "naissance", "nascimento", "nascita",
    "codice fiscale", "dni", "cpf", "pesel", "personnummer", "correo", "courriel", "geboortedatum",
)  # fmt: skip
_LETTER_MARKS: Final = frozenset("'\u2019-.·\u02bc")
# Forms of address and degrees, which go with a name and are none.
_TITLES: Final = word_set(
    """
    mr mrs ms miss mx dr prof rev herr herrn frau hr fr señor señora sr sra srta don doña monsieur madame mme mlle sig
    signora dott dhr mevr meneer mevrouw sri smt shri capt lt sgt col sir lady pan pani jr ii iii iv md m.d dds dvm phd
    ph.d esq rn mba cpa b.a b.sc b.eng b.ed b.s m.a m.sc m.eng m.ed m.s
    """
)
_MOST_WORDS: Final = 6


def _is_name_word(word: str) -> bool:
    """Whether one word has the form of a part of a name: a capital, then letters, not all of them capitals inside."""
    if word.isascii() and word.isalpha() and word.istitle():
        return True
    if not all(one.isalpha() or one in _LETTER_MARKS or unicodedata.category(one)[0] == "M" for one in word):
        return False
    if word[0].islower() or not word[0].isalpha():
        return False
    inner = word[1:]
    humps = sum(one.isupper() for one in inner)
    return (
        humps == 0
        or inner.isupper()
        or humps <= sum(inner.count(mark) for mark in "'\u2019-.") + word.startswith(_PREFIXES)
    )


_PREFIXES: Final = ("Mc", "Mac", "De", "Di", "Du", "La", "Le", "Van", "Fitz", "O")


def words_of_name(text: str) -> int:
    """Return the number of words if the text has the form of a name of a person, else 0."""
    words = [word for word in text.replace(",", " ").split() if word.rstrip(".").lower() not in _TITLES]
    if not 0 < len(words) <= _MOST_WORDS:
        return 0
    *most, last = words
    parts = [*(word for word in most if word.lower() not in PARTICLES), last]
    if not parts or not all(map(_is_name_word, parts)):
        return 0
    lowered = [part.strip(".'\u2019").lower() for part in parts]
    wrong = [word for word in lowered if word in _WORDS and word not in ALSO_NAMES]
    if wrong and not _initials(parts).issuperset(wrong):
        return 0
    if all(word in _WORDS for word in lowered) or is_firm(words):
        return 0
    return len(parts) if max(map(len, parts)) > 1 else 0


def _initials(parts: Sequence[str]) -> frozenset[str]:
    """Return the single letters with a stop, or between two words: `John A. Doe` has no article in it."""
    letters = (part for at, part in enumerate(parts) if part[1:] == "." or (len(part) == 1 and 0 < at < len(parts) - 1))
    return frozenset(letter[0].lower() for letter in letters)


def _labelled(candidate: Candidate) -> float | None:
    """Accept a whole value that is named as a person, or as a name beside personal things."""
    count = words_of_name(candidate.text) if _is_whole(candidate) else 0
    label = candidate.label if count else ""
    if count and _is_in_mailbox(candidate, label):
        return 0.85
    if not label or (_THING_NAME.search(label) and not _ENDS_IN_PERSON.search(label)):
        return None
    if _STRONG.search(label) and (count > 1 or GIVEN_NAMES.search(label)):
        return None if is_of_firm(label, candidate.siblings) else 0.9
    is_caseless = count == 1 and len(candidate.text) > 1 and not candidate.text[0].isupper()
    if not _PLAIN_NAME.search(label) or not (count > 1 or is_caseless):
        return None
    if _KEEPERS.search(candidate.before):
        return None
    near = f"{candidate.siblings}\n{without_marks(candidate.before)}\n{without_marks(candidate.after)}".lower()
    return 0.8 if _PERSONAL.search(near) else None


def _human_name(candidate: Candidate) -> float | None:
    """Accept a part of a FHIR HumanName: `family` and `given` stand beside each other, which tells it from all else."""
    near = f"{candidate.siblings}\n{without_marks(candidate.before)}\n{without_marks(candidate.after)}"
    if not {"family", "given"} <= {*_PART_OF_NAME.findall(f"{near}\n{candidate.label}")}:
        return None
    return 0.85 if words_of_name(candidate.text) else None


def _is_whole(candidate: Candidate) -> bool:
    """Whether nothing but the border of a value stands on either side."""
    if candidate.before.rstrip(" ").endswith(("->", "=>")):
        return False
    return candidate.before.rstrip(" ")[-1:] in _OPENING and (
        candidate.after.lstrip(" ")[:1] in _CLOSING or _NEXT_FIELD.match(candidate.after) is not None
    )


def _is_in_mailbox(candidate: Candidate, label: str) -> bool:
    """Whether the cell or member beside it is an address of mail that has one of its words, as in `Doe | doe@…`."""
    if label not in _OF_CELLS:
        return False
    mailbox = _MAIL_AFTER.match(candidate.after) or _MAIL_BEFORE.search(candidate.before)
    if mailbox is None:
        return False
    local = mailbox[1].lower()
    words = [_plain(word) for word in candidate.text.split()]
    return local == "".join(word[0] for word in words) or any(len(word) >= _TELLING and word in local for word in words)


def _plain(word: str) -> str:
    """Return a word in lower case without accents."""
    return "".join(one for one in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(one))


# Two blanks, or one and the name of the next field: `Name: Doe, Jane DOB: …`.
_NEXT_FIELD: Final = re.compile(r" {2}| [A-Z][\w .-]{0,24}[:=]")
_ENDS_IN_PERSON: Final = re.compile(
    r"(?:owner|holder|manager|assignee|driver|supervisor|representative|contact)(?: name)?$"
)
_OF_CELLS: Final = frozenset({"", "td", "text", "th", "values"})
_MAIL_AFTER: Final = re.compile(
    r"(?:</td>\s{0,8}<td[^<>]{0,80}>|[\"']?\s{0,8}[|;,\t]\s{0,8})[\"']?(?:<a href=\\?\"mailto:)?([\w.+-]{2,64})@",
    re.IGNORECASE,
)
_MAIL_BEFORE: Final = re.compile(
    r"([\w.+-]{2,64})@[\w.-]{1,80}(?:</a>)?[\"']?(?:</td>\s{0,8}<td[^<>]{0,80}>|\s{0,8}[|;,\t]\s{0,8})[\"']?$"
)
_TELLING: Final = 3
_PART_OF_NAME: Final = re.compile(r"(?:^|[\"<])(family|given)(?=$|\\?[\"]| value=)", re.MULTILINE)
_COMMIT: Final = re.compile(r"(?:^|\n)commit [0-9a-f]{7,40}[^\n]{0,80}\n(?:[A-Z][a-z]+:[^\n]{0,60}\n){0,2}Author:\s+$")
_ATTRIBUTION: Final = re.compile(
    r"(?:author|copyright|maintain|written|contribut|packag|\(c\)|credit|thanks|signed-off|reviewed|co-author)[^\n]{0,120}$"
    r"|(?:^|\n)[ \t]*(?:#|//|/?\*|;|--|%|dnl)[^\n]{0,80}$"
)
# Objects that say who wrote or keeps a piece of software, or made a commit.
_KEEPERS: Final = re.compile(
    r"\\?\"(?:author|contributor|maintainer|committer|publisher|creator)s?\\?\"\s*:\s*\[?\s*\{[^{}]*$"
)
_OPENING: Final = frozenset(["", *"\"'`,;:=|\t\n>([*-"])
_CLOSING: Final = frozenset(["", *"\"'`,;|\t\n<)](\\\r"])


def _mailbox(candidate: Candidate) -> float | None:
    """Accept two words or more before an address in angle brackets: one alone is often an account.

    Who wrote or keeps a piece of software is said in public, in comments and in its description.
    """
    if not _COMMIT.search(candidate.before) and _ATTRIBUTION.search(candidate.before.lower()):
        return None
    return 0.9 if words_of_name(candidate.text) > 1 else None


VALIDATORS: Final[Validators] = {
    "human_name": _human_name,
    "person_labelled": _labelled,
    "person_mailbox": _mailbox,
}
