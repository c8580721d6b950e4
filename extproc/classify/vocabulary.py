"""The nouns of names and descriptions, as data: what is done to decides what a verb does."""

from typing import Final

from extproc.classify.tokens import word_set

# Words whose arguments decide: what they would do is read from the command, the statement or the request.
GENERIC: Final = word_set(
    """
    execute exec run request call manage perform invoke process handle operate control eval evaluate script command
    shell bash sh zsh terminal console powershell cmd python javascript node sql query http api rest graphql curl
    fetch_url do operation lifecycle admin interact use batch proxy rpc method raw cli kubectl psql mysql redis
    mongo kubernetes_command ssh repl interpreter code action actions tool dispatch fetch manager
    controller handler operations ops toolkit
    """
)
# Nouns for what manages others: which operation is meant, an argument says.
MANAGING: Final = word_set("manager controller handler operations ops actions toolkit operator")
# Nouns in `-er` and `-or` that are no longer said of who does something.
NO_AGENTS: Final = word_set(
    """
    browser computer helper server container folder order number user customer member parameter header filter
    calendar register trigger buffer computer player printer speaker counter router docker controller manager handler
    operator monitor
    """
)

# Generic words after which an unreadable or missing argument may mean anything at all.
EXECUTORS: Final = word_set(
    """
    execute exec shell bash sh zsh terminal console powershell cmd script command ssh cli kubectl repl sql
    """
)

# Nouns that end the name of a tool that reads, when no verb is found.
READ_NOUNS: Final = word_set(
    """
    messages requests sessions errors warnings processes channels
    status info information details detail summary logs log stats statistics metrics history tree schema metadata
    report reports overview health top count version help docs documentation result results graph timeline weather
    forecast time date price prices quote quotes usage news trends topics content contents view state list search
    lookup availability schedule balance events alerts traffic performance recommendations insights analytics
    preview definition definitions capabilities features examples guide profile me files tables databases columns
    headlines directions distance route routes elevation translation temperature sitemap transcript captions
    analysis analyses detection comparison validation verification assessment inspection estimation calculation
    conversion diagnosis simulation prediction explanation visualization visualisation
    levels rate rates whois subtitles thinking snapshot screenshot diagnostics inventory catalog config configuration
    """
)

# Of these, the ones behind which a noun that is a verb too is a noun: `order_status`, `email_stats`.
DETAIL_NOUNS: Final = word_set(
    """
    rate rates status info information details detail summary history stats statistics metrics metadata overview count
    levels
    """
)
# What is said, by contrast, may be a status or a detail: `post_status`.
SAYING: Final = word_set(
    "post log share report note comment message record publish tweet mark flag track trigger reset"
)

# What is shown when a name holds no verb: `recent_orders`, `my_tasks`, `available_slots`.
SHOWN: Final = word_set(
    """
    recent upcoming pending available related similar nearby top latest current my all active popular trending featured
    closed failed past previous random today now daily weekly monthly live total unread overdue favorite favourite
    """
)

# A protection: switching one off, or opening it, is destructive whatever the verb.
PROTECTIONS: Final = word_set(
    """
    factor authentication account
    mfa 2fa tfa otp sso firewall waf logging audit auditing antivirus defender encryption guardrail guardrails alarm
    lock protection guard monitoring backup backups versioning tls ssl door garage gate safe vault siren camera dlp
    edr security deadbolt
    """
)
CREDENTIALS: Final = word_set("password passwords credential credentials passcode mfa 2fa pin key keys")
RUNNING: Final = word_set(
    """
    instance instances vm vms machine machines server servers service services container containers cluster clusters
    database databases db deployment node nodes process processes pod pods production host hosts system workload
    lifecycle
    """
)
MONEY: Final = word_set(
    """
    charge charges authorization authorisation order refund payout payment transfer withdrawal disbursement remittance
    wire transaction
    """
)
# Money that leaves.
MONEY_OUT: Final = word_set("refund refunds payout payouts trade withdrawal disbursement remittance")
OUTWARD: Final = word_set(
    """
    send share forward email mail invite notify reply message sms text post upload push sync submit publish export
    deliver dispatch webhook webhooks hook transfer tweet broadcast fax whatsapp telegram collaborator collaborators
    grant permission permissions access subscriber guest guests external member members forwarding replicate mirror
    copy
    """
)
OVERWRITES: Final = word_set("update replace set edit modify change patch put alter configure adjust rewrite write")
BULK_NOUNS: Final = word_set("all data database databases db everything records dataset backup")

SQL_STORES: Final = word_set(
    """
    sql postgres postgresql pg mysql mariadb sqlite mssql sqlserver oracle snowflake bigquery redshift athena
    clickhouse duckdb database databases db trino presto databricks influxdb influx cypher neo4j cassandra cockroach
    cockroachdb supabase neon planetscale hive spark synapse motherduck timescale
    """
)
OPENED_FOR_WRITING: Final = word_set(
    "form dispute request issue pr pull ticket case account position bug merge mr incident"
)
PHYSICAL: Final = word_set("door garage gate safe vault lock deadbolt trunk")
RESOLVED: Final = word_set(
    """
    incident incidents issue issues alert alerts thread threads conversation ticket comment case dispute conflict
    """
)
# What a model or a formatter makes and hands back: creating one changes nothing.
RETURNED_TEXTS: Final = word_set(
    """
    completion completions embedding embeddings transcription transcript summary explanation
    """
)
# What stays behind when it is generated.
KEPT_WHEN_GENERATED: Final = word_set(
    """
    key keys token tokens certificate cert invoice link deeplink url account release backup secret credential
    credentials license site page app
    """
)
