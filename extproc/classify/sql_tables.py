"""What SQL parsing cannot show by its grammar: functions with effects, statements that parsers pass over, dialects."""

import re
from typing import Final

from extproc.classify.codes import Mark
from extproc.classify.tokens import word_set
from extproc.model.intent import Intent

# Functions by what calling one does; all else is taken to be pure. `pg_sleep` and `benchmark` only cost time.
FUNCTIONS: Final[dict[str, Mark]] = {
    **dict.fromkeys(
        word_set(
            """
    setval nextval set_config pg_advisory_lock pg_advisory_xact_lock pg_notify lo_create lo_put lo_import
    lo_from_bytea lowrite get_lock release_lock pg_reload_conf pg_rotate_logfile pg_switch_wal
    pg_create_restore_point last_insert_rowid_reset txid_current pg_logical_emit_message pg_stat_reset
    crosstab_write apoc_create
    """
        ),
        ("sql_function", Intent.WRITE),
    ),
    **dict.fromkeys(
        word_set(
            """
    pg_terminate_backend pg_cancel_backend lo_unlink pg_file_unlink pg_file_write pg_file_rename xp_cmdshell
    sp_oacreate sys_exec sys_eval load_extension pg_drop_replication_slot pg_promote xp_regwrite xp_regdeletevalue
    xp_regdeletekey pg_wal_replay_pause sp_executesql shell_exec system sp_configure writefile edit fts3_tokenizer
    java_eval query_to_xml query_to_xml_and_xmlschema cursor_to_xml table_to_xml database_to_xml ts_stat
    """
        ),
        ("sql_function", Intent.DESTRUCTIVE),
    ),
    **dict.fromkeys(
        word_set(
            """
    lo_export pg_read_file pg_read_binary_file pg_ls_dir pg_stat_file load_file readfile read_text read_blob lo_get
    dblink dblink_exec dblink_connect dblink_send_query openrowset opendatasource openquery http_get http_post
    http_put http_delete http net_http_post url s3 s3cluster remote remotesecure mysql postgresql file hdfs utl_http
    utl_file utl_smtp dbms_ldap httpuritype xp_dirtree xp_fileexist xp_subdirs sp_send_dbmail
    aws_s3_query_export_to_s3 query_export_to_s3 external_query read_csv read_csv_auto read_parquet read_json
    database_to_xml schema_to_xml pg_dump sys_context_http xmltype_http postgres_fdw_get_connections
    """
        ),
        ("sql_export", Intent.EXFILTRATIVE),
    ),
}
# Functions of the second group that only run a query given as text: their text decides (`'code'` in the shape).
RUN_TEXT: Final = word_set("query_to_xml query_to_xml_and_xmlschema cursor_to_xml sp_executesql ts_stat")

# Searched for in one statement, before parsing: grammars differ in how data leave. Anchored: it stays linear.
EXPORTS: Final = re.compile(
    r"\binto\s+(?:outfile|dumpfile)\b|\A\s*\\?copy\b.*?\bto\b|\bunload\s*\(|\bexport\s+data\b"
    r"|\A\s*export\s+(?:table|database)\b"
    r"|\bcopy\s+into\s+(?:'|@|s3|gcs|azure)|\bbackup\s+(?:database|log|table)\b"
    r"|\binsert\s+into\s+(?:table\s+)?function\b"
    r"|\binsert\s+overwrite\s+(?:local\s+)?directory\b|\binto\s+s3\b|\A\s*vacuum\b.*?\binto\b"
    r"|\battach\s+(?:database\s+)?'",
    re.IGNORECASE | re.DOTALL,
)
# One of these words is in all that it finds.
EXPORTING: Final = ("into", "copy", "unload", "export", "backup", "vacuum", "attach")
DESTROYS: Final = re.compile(
    r"\b(?:drop|truncate|delete|revoke|shutdown|kill|purge|detach|flush|xp_cmdshell|reset\s+master|undrop|deny)\b",
    re.IGNORECASE,
)
GRANTS_ALL: Final = re.compile(
    r"\A\s*grant\b.*?(?:\ball\b|\bto\s+public\b|\bwith\s+(?:admin|grant)\s+option\b|\bsuperuser\b|\bdba\b)",
    re.IGNORECASE | re.DOTALL,
)
HARMLESS: Final = re.compile(
    r"\A\s*(?:show|desc|describe|explain(?!\s+(?:\(\s*)?analy[sz]e)|help|use|begin|start\s+transaction"
    r"|commit|rollback|end|savepoint"
    r"|release\s+savepoint|list\s+(?:@|stage)|checkpoint|\\[dlz]\w*|declare\s+@?\w+|fetch|print|if\s+exists)\b",
    re.IGNORECASE,
)
EXPLAIN: Final = re.compile(
    r"\A\s*explain\s*(?:\((?P<options>[^)]*)\)|(?P<words>(?:(?:analy[sz]e|verbose|extended|query\s+plan"
    r"|plan\s+for|pipeline|syntax|ast"
    r"|format\s*=?\s*\w+|for\s+connection)\s+)*))\s*(?P<rest>\S.*)?\Z",
    re.IGNORECASE | re.DOTALL,
)
RUNS: Final = re.compile(r"analy[sz]e", re.IGNORECASE)
LOOKS: Final = re.compile(
    r"""\A[\s(;]*(?:
        select\b.+?\bfrom\b | select\s+(?:top\s|distinct\s|count\s*\(|\*|@@|\d|'|\w+\s*\()
          | with\s+(?:recursive\s+)?\w+\s*(?:\([^)]*\)\s*)?as\s*(?:not\s+materialized\s*|materialized\s*)?\(
      | insert\s+(?:or\s+\w+\s+|ignore\s+|overwrite\s+)?(?:into|table)\b
        | update\s+(?:only\s+)?["`\[\w.]+(?:\s+(?:as\s+)?\w+)?\s+set\b | delete\s+(?:\w+\s+)?from\b
      | (?:drop|create|alter|rename)\s+(?:or\s+replace\s+|temp(?:orary)?\s+|unique\s+|external\s+|materialized\s+
        |global\s+)*
        (?:table|database|schema|view|index|user|role|function|procedure|trigger|sequence|type|extension|policy
          |tablespace|materialized
          |column|constraint|login|server|stage|warehouse|keyspace|event|package|synonym|group|aggregate|domain
            |system|session|publication|subscription)\b
      | truncate\s+(?:table\s+)?["`\[\w.]+\s*(?:;|,|\Z|cascade|restart) | merge\s+into\b | replace\s+into\b
        | copy\s+["`\w.(].*\b(?:to|from)\b | call\s+["`\w.]+\s*\(
      | (?:exec|execute)\s+\w+ | grant\s+.+\bto\b | revoke\s+.+\bfrom\b | explain\s+(?:analyze\s+|\()?(?:select
        |with|insert|update|delete|\w+) | vacuum\b | pragma\s+\w+
      | show\s+(?:tables|databases|schemas|columns|create|index|grants|processlist|variables|status|full|warehouses
        |users|all)\b | load\s+data\b
      | (?:begin|commit|rollback)\s*(?:;|\Z|transaction|work) | do\s+(?:\$|') | unload\s*\( | export\s+data\b
        | backup\s+(?:database|table)\b | set\s+\w+\s*(?:=|to)
      | (?:describe|desc)\s+(?:table\s+)?["`\w.]+\s*;?\s*\Z | attach\s+(?:database\s+)?' | declare\s+@
        | lock\s+table | use\s+\w+\s*; | refresh\s+materialized
      | kill\s+(?:query\s+)?\d | shutdown\s*(?:;|\Z) | values\s*\( | table\s+\w+\s*;?\Z | handler\s+\w+
        | flush\s+(?:tables|privileges|logs) | optimize\s+table | reindex\s )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
FLAG_COLUMNS: Final = word_set(
    """
    status active enabled type role roles country state deleted is has region city gender level tier plan kind
    verified archived locale language lang timezone currency department team category source segment visible public
    flag tenant org organization organisation company environment env group subscribed confirmed blocked banned
    """
)

_TOP: Final = re.compile(r"\s*select\s+top\b", re.IGNORECASE)

DIALECTS: Final = ("mysql", "bigquery", "clickhouse", "postgres", "snowflake", "tsql")


def dialects(text: str) -> tuple[str, ...]:
    """Return the dialects to try, the likeliest first: what only one of them writes shows which it is."""
    if "`" in text:
        return ("mysql", "bigquery", "clickhouse")
    if "::" in text or "$$" in text or " ilike " in text.lower():
        return ("postgres", "snowflake")
    if "[" in text or "@" in text or _TOP.match(text):
        return ("tsql", "postgres", "")
    return ("", "postgres", "mysql")
