"""Program text in arguments (Python, JavaScript and their like): what its calls would do, by their names.

Text is searched, not run or parsed: code can hide what it does, so that text of which nothing is known writes at least.
"""

import re
from typing import Final

from extproc.classify.codes import Mark
from extproc.classify.tokens import word_set
from extproc.model.intent import Intent

_LONGEST: Final = 8192
_DESTROYS: Final = re.compile(
    r"\bos\.(?:remove|unlink|rmdir|removedirs|kill|killpg|truncate|system|popen|exec\w*|spawn\w*)\b"
    r"|\bshutil\.(?:rmtree|move)\b|\.unlink\(|\.rmdir\("
    r"|\bsubprocess\b|\bpty\.spawn|\bchild_process\b|\bexecSync\b|\bspawn(?:Sync)?\(|\bfs\w*\.(?:unlink|rm"
    r"|rmdir|truncate)(?:Sync)?\b|\brimraf\b"
    r"|\bRuntime\.getRuntime\(\)|\bProcess(?:Builder|\.kill|\.Start)\b|\beval\(|\bexec\(|\bcompile\("
    r"|__import__|\bimportlib\b|\bctypes\b|\bgetattr\(\s*(?:os|__builtins__)"
    r"|\bFile\.(?:delete|Delete)\b|\bFileUtils\.rm|\bDirectory\.Delete\b|\bRemove-Item\b|\bdrop(?:Database"
    r"|Collection|Table|_table|_all)?\(|\.delete_?many\(|\.delete_?one\(|\.delete\("
    r"|\bDROP\s+TABLE\b|\bDELETE\s+FROM\b|\bTRUNCATE\s+TABLE\b|\brm\s+-\w*[rf]|\bprocess\.(?:kill|exit)\b"
    r"|\bnew Function\(|\bmarshal\.loads|\bpickle\.loads|\blocalStorage\.clear",
    re.IGNORECASE,
)
_SENDS: Final = re.compile(
    r"\b(?:requests|httpx|session|client|axios|http|aiohttp|\$)\.(?:post|put|patch)\s*\("
    r"|\burlopen\([^)]*data|\bsmtplib\b|\bftplib\b|\bparamiko\b|\bsocket\.(?:socket|create_connection|connect)"
    r"|\bfetch\([^)]*(?:method['\"]?\s*:\s*['\"](?:POST|PUT)|document\.cookie|localStorage)|\bsendBeacon\("
    r"|\bXMLHttpRequest\b|\bWebSocket\(|\bupload_file(?:obj)?\(|\.sendmail\(|\bnodemailer\b"
    r"|\bnew Image\(\)\.src|\bput_object\(|\bInvoke-(?:WebRequest|RestMethod)\b.*-Method\s+(?:Post|Put)",
    re.IGNORECASE | re.DOTALL,
)
_SECRETS: Final = re.compile(
    r"\bos\.environ\b(?!\.get\(\s*['\"](?:HOME|PATH|USER|LANG|PWD|SHELL)['\"]|\[\s*['\"](?:HOME|PATH|USER"
    r"|LANG|PWD|SHELL)['\"])|\bos\.getenv\(\s*['\"][^'\"]*(?:KEY|TOKEN|SECRET|PASS)"
    r"|\bprocess\.env\b(?!\.(?:HOME|PATH|NODE_ENV|USER|LANG))|\.ssh/id_|\.aws/credentials|/etc/shadow"
    r"|/proc/\w+/environ|\bkeyring\.get|\bdocument\.cookie|\bENV\.(?:to_h|inspect|each)\b|\bgetpass\b"
    r"|open\(\s*['\"][^'\"]*(?:\.env|id_rsa|credentials|\.pem|\.key|\.netrc|kubeconfig|\.kube/config)['\"]"
    r"|\b(?:session|local)Storage\.getItem\(\s*['\"][^'\"]*token|169\.254\.169\.254",
    re.IGNORECASE,
)
_WRITES: Final = re.compile(
    r"\bopen\([^)]*,\s*(?:mode\s*=\s*)?['\"][^'\"]*[wax+]|\.write(?:_text|_bytes|lines|File|FileSync)?\("
    r"|\bos\.(?:rename|replace|mkdir|makedirs|chmod|chown|link|symlink|environ\[[^\]]+\]\s*=[^=]|putenv)\b"
    r"|\bshutil\.copy|\.to_(?:csv|excel|parquet|sql|json|pickle)\(|\.savefig\(|\bsave\(|\.dump\("
    r"|\bfs\w*\.(?:write|append|mkdir|rename|copy|chmod)\w*|\.(?:insert|update|replace|save|create|set|add)\w*\("
    r"|\bpip\s+install|\binstall\(|\.commit\(|\.click\(|\.submit\(|\.fill\(|\.innerHTML\s*="
    r"|\.value\s*=[^=]|\blocation(?:\.href)?\s*=[^=]|\.setItem\(|\bwriteFile|\bfile_put_contents"
    r"|\bINSERT\s+INTO\b|\bUPDATE\s+\w+\s+SET\b",
    re.IGNORECASE,
)
# Calls that only compute or show: text that calls nothing else is read.
# From where a word begins: tried from each letter of a long one, it would take the square of its length.
_CALL: Final = re.compile(r"(?<![\w.])(?:[^\WA-Za-z_]|\.)*([A-Za-z_][\w.]*)\s*\(")
_PURE: Final = word_set(
    """
    print len sum min max sorted range abs round int float str list dict set tuple bool enumerate zip map filter any
    all reversed repr type isinstance sqrt sin cos tan log log2 log10 exp pow floor ceil factorial gcd mean median
    mode stdev variance format join split strip replace lower upper title startswith endswith find count index
    append extend items keys values get pop sort copy head tail describe info groupby agg read_csv read_excel
    read_json read_parquet dropna fillna merge value_counts unique nunique shape astype plot show dumps loads parse
    stringify push slice concat reduce foreach includes indexof queryselector queryselectorall getattribute
    getelementbyid getelementsbyclassname trim tolowercase touppercase tofixed parseint parsefloat isnan date now
    isoformat strftime strptime timedelta datetime today fromisoformat array arange linspace reshape dot ones zeros
    console.log table entries match test search findall sub group combinations permutations product counter
    defaultdict deque hex bin ord chr divmod if for while return function lambda not and or in math numpy quantile
    corr cumsum diff transpose std var nlargest nsmallest sample iterrows tolist to_dict to_string some every
    """
)


def read_program(text: str) -> tuple[Mark, ...]:
    """Mark what program text would do; no mark at all means that it only computes and shows."""
    marks: list[Mark] = [] if len(text) <= _LONGEST else [("argument_too_large", Intent.WRITE)]
    text = text[:_LONGEST]
    for pattern, code, intent in (
        (_DESTROYS, "code_destroy", Intent.DESTRUCTIVE),
        (_SENDS, "code_send", Intent.EXFILTRATIVE),
        (_SECRETS, "code_secret", Intent.EXFILTRATIVE),
        (_WRITES, "code_write", Intent.WRITE),
    ):
        if pattern.search(text) is not None:
            marks.append((code, intent))
    if not marks and not _pure(text):
        marks.append(("code_opaque", Intent.WRITE))
    return tuple(marks)


def _pure(text: str) -> bool:
    """Tell whether every call in the text is of a function that only computes or shows."""
    names = (found.rpartition(".")[2].lower() for found in _CALL.findall(text))
    return all(name in _PURE for name in names) and "`" not in text and "__" not in text
