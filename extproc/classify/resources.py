"""URIs of resources: files, URLs and the schemes that servers make up."""

from typing import Final
from urllib.parse import unquote

from extproc.classify import paths
from extproc.classify.codes import Mark
from extproc.classify.sensitive import names_credential, names_credential_store
from extproc.classify.web import is_url, read_url
from extproc.model.intent import Intent

_LONGEST: Final = 8192
_SECRET_SCHEMES: Final = frozenset(
    {"secret", "secrets", "vault", "env", "keychain", "credential", "credentials", "password"}
)


def read_uri(uri: str, inside: frozenset[str]) -> tuple[Mark, ...]:
    """Mark what reading a resource hands out beyond an ordinary one."""
    if len(uri) > _LONGEST:
        return (("argument_too_large", Intent.WRITE),)
    if is_url(uri):
        return tuple(read_url(uri, inside))
    scheme, separator, rest = uri.partition("://")
    path = rest if separator else uri
    marks = paths.reading(path)
    if marks or not separator:
        return marks
    last = unquote(path.split("?")[0].rstrip("/").rpartition("/")[2])
    # Files are judged by where they lie: a document may well be called `token.md`.
    if scheme.lower() in _SECRET_SCHEMES or (
        scheme.lower() != "file" and (names_credential(last) or names_credential_store(last)) and "." not in last
    ):
        return (("file_secret", Intent.EXFILTRATIVE),)
    return ()
