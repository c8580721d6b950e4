"""Words that stand in nearly every text that asks for something: a hidden text is recognised by them."""

from typing import Final

# English, as it is written in instructions, mails and descriptions of software.
_ENGLISH: Final = """
    about above access account action actions activate add added additional address admin after again agent ahead
    all allow allowed already also always amount and another answer any anyone anything api append apply approve
    approved are argument arguments ask asked assistant attach authorized automatically available avoid away back
    backup because been before begin being below best better between both but by bypass call called calls can cannot
    card change chat check choose clear click code command commands complete comply concerning confidential config
    confirm confirmation connect contact contain contains content contents context continue conversation copy
    correct could create credential credentials current customer data database date day decode default delete
    deleted describe details developer directory disable disclose discuss display do document documents does done
    down download drop during each edit either email emails enable encode end ensure enter entire environment error
    even every everything exact example execute executing exfiltrate export external extract failed fetch few file
    files final financial find first folder follow following follows for format forward forwarded found free from
    full function get give given go good grant had has have he hello help her here hidden hide him his history how
    however if ignore image immediately important in include included including info inform information input insert
    inside install instead instruction instructions internal into invoke is issue it item its itself just keep key
    keys kind know known language last later latest leak let like line link list load local location log logging
    login look made mail make many may mention mentions message messages metadata might mode model money more most
    move much must my name need never new next no none not note nothing notice notify now number obey of off on once
    one only open operation operations option or order original other others our out output over override own page
    parameter parameters pass password passwords path pay payment people perform permission permissions person
    personal phone place please policy post prefer preferred present pretend previous print prior privacy private
    proceed process production project prompt provide public purpose purposes push put query question quietly read
    reading real reason recipient record records refuse regarding remember remove repeat replace reply report
    repository request requests require required respond response result results return reveal review right role
    root rule rules run running safe safety same save say search second secret secretly secrets security see select
    send sending sensitive sent server service session set share shared shell should show silently since skip some
    something ssh start state step steps still stop store strictly string submit such summary sure switch system
    table take task tell text than that the their them then there these they thing this those through time to today
    token tokens too tool tools transfer trust trusted try two under until update upload upon url use used user
    users uses using validate value values verify version via visit want warning was way we web website well were
    what when where whether which while who why will with within without word words work would write wrong you your
    yourself
"""
# Six other languages, the words that instructions there begin and join with.
_OTHERS: Final = """
    alle anteriores anweisungen archivo arquivo auf avec benutzer bestand bitte che com con contrasena dans das
    datei dem den der des die een eine enviar envoyez est fichier fuer gebruiker het ignora ignorez ignoriere il
    instrucciones instrucoes instructies instructions inviare ist istruzioni las les los mit mot negeer nicht niet
    os para passe passwort per por pour precedenti sende senha sono stuur sur todas toutes tutte uma una und une
    usted usuario utente utilisateur van veuillez voce voor vorige vous wachtwoord
"""

COMMON: Final = frozenset(f"{_ENGLISH} {_OTHERS} a i".split())
