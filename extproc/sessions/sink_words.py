"""The words and codes by which the names of tools and arguments say what a call does outside, and where."""

import re
from collections.abc import Mapping
from typing import Final

from extproc.classify.tokens import word_set
from extproc.sessions.kinds import Kind

NOUNS: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.PAYMENT: word_set(
        """
        money payment payments transaction transactions transfer transfers payout payouts funds wire wallet iban sepa
        invoice pay remittance standing deposit withdrawal crypto bitcoin stripe paypal venmo
        """
    ),
    Kind.MAIL: word_set("email emails mail mails newsletter"),
    Kind.CHAT: word_set(
        """
        sms message messages msg chat dm channel thread conversation notification
        """
    ),
    Kind.SHARE: word_set(
        "share sharing permission permissions acl access grant visibility publicly public shared collaborators link"
    ),
    Kind.MEMBERS: word_set(
        "invite invitation member members collaborator collaborators user users guest guests participant role roles"
    ),
    Kind.PUBLISH: word_set(
        """
        issue issues gist gists pr pull comment comments repo repository webpage page pages tweet post posts article
        blog wiki release pastebin snippet snippets note notes paste discussion review status story video website forum
        """
    ),
    Kind.HTTP: word_set("http https webhook webhooks curl api rest request requests url callback upload ftp s3"),
    Kind.DNS: word_set("dns nslookup dig hostname domain resolve resolver"),
    Kind.EXECUTE: word_set(
        "execute exec shell bash sh zsh terminal powershell cmd command script code python javascript eval ssh repl"
    ),
    Kind.ACCOUNT: word_set(
        """
        password passwords passcode credential credentials key keys token tokens mfa 2fa otp profile account accounts
        settings setting recovery info filter filters rule rules preferences
        """
    ),
    Kind.BOOK: word_set(
        """
        book reserve reservation booking order purchase checkout hotel flight buy
        """
    ),
    Kind.CALENDAR: word_set("calendar event events meeting meetings appointment appointments reminder"),
    Kind.MEMORY: word_set("memory memories remember memorize mem knowledge"),
    Kind.FETCH: word_set("webpage page url web website site browser fetch navigate browse crawl scrape http link"),
}
# Products, which say what is sent where nothing else does.
PRODUCTS: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.MAIL: word_set("gmail smtp outlook mailgun sendgrid ses imap postmark"),
    Kind.CHAT: word_set(
        """
        slack teams discord telegram whatsapp mattermost signal imessage twilio messenger matrix zulip irc
        """
    ),
}
SAYS: Final = word_set(
    """
    send post reply write forward compose publish notify broadcast say message tell dm email mail sms tweet submit
    push share deliver respond create add comment upload
    """
)
DELETES: Final = word_set("delete remove erase drop wipe purge destroy cancel trash terminate revoke kick ban")
CODES: Final[Mapping[str, Kind]] = {
    "shell_send": Kind.HTTP,
    "code_send": Kind.HTTP,
    "http_body_outside": Kind.HTTP,
    "url_data": Kind.HTTP,
    "url_drop": Kind.HTTP,
    "public_access": Kind.SHARE,
    "privilege": Kind.MEMBERS,
    "name_money": Kind.PAYMENT,
    "large_amount": Kind.PAYMENT,
    "schema_money": Kind.PAYMENT,
    "name_public": Kind.PUBLISH,
}
EXECUTES: Final = ("shell_", "code_")
OUTSIDE_CODES: Final = frozenset(
    {
        "shell_send",
        "code_send",
        "http_body_outside",
        "url_data",
        "url_drop",
        "public_access",
        "name_public",
        "recipient_outside",
    }
)
# What reads secrets, and gives them to nobody but the caller; and what reads personal data so.
REVEALS_SECRETS: Final = frozenset(
    {"name_secret", "file_secret", "shell_secret", "code_secret", "sql_secret", "secret_named", "url_metadata"}
)
REVEALS: Final = REVEALS_SECRETS | {"name_bulk", "sql_bulk", "sql_wide_filter", "store_bulk", "bulk_personal"}
UNKNOWN: Final = frozenset({"name_unknown"})
GIVES: Final = frozenset({"shell_send", "code_send", "url_drop"})
POWER_CODES: Final = frozenset({"privilege", "public_access", "name_security"})
OPAQUE: Final = re.compile(
    r"(?<![A-Za-z0-9+/])(?=[A-Za-z+/_-]{0,60}[0-9])(?=[a-z0-9+/_-]{0,60}[A-Z])[A-Za-z0-9+/_-]{40,}={0,2}"
    r"|(?<![0-9A-Za-z])(?:[2-7][0-9a-fA-F]){16,}"
)
HOSTS: Final = word_set("host hostname domain fqdn server endpoint")
WHERE: Final = word_set(
    """
    to cc bcc recipient recipients email emails mail address addresses destination destinations target webhook url uri
    endpoint host hostname domain channel channels user users username usernames member members invitee invitees
    collaborator collaborators account iban payee beneficiary phone participants attendees attendee guests group room
    chat repo repository audience remote callback link server with receiver grantee assignee who person handle bucket
    receivers name
    """
)
BEHIND: Final = word_set("id ids name names number numbers address addresses list handle uri url email emails")
OPEN: Final = word_set("gist gists tweet pastebin paste blog article forum")
SEARCHES: Final = word_set("search query lookup")
OF_THE_WEB: Final = word_set("web internet online google brave bing duckduckgo tavily exa serp serpapi perplexity kagi")
# To call one of these is to send, whatever the method.
HOOKS: Final = word_set("webhook webhooks hook hooks callback")
READS_WEB: Final = word_set("url uri link href webpage page website site address")
ONLY_CHANGE: Final = frozenset({Kind.CHANGE})
TOLD: Final = frozenset({Kind.MAIL, Kind.CHAT, Kind.PUBLISH})
