"""How a pod reaches its API server: the address, the authority and the token that the kubelet gives it.

The token is read again when its file changes: the kubelet replaces it before it ends.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_LONGEST_TOKEN: Final = 64 * 1024

_Mark = tuple[int, int, int]


class NoClusterError(Exception):
    """There is no cluster around this process, or its service account cannot be read; the text is for operators."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Where the API server is, and the folder with the token and the authority of the service account."""

    url: str
    folder: Path = FOLDER

    @property
    def token(self) -> Path:
        """Return the file with the token."""
        return self.folder / "token"

    @property
    def authority(self) -> Path:
        """Return the file with the certificate of the authority."""
        return self.folder / "ca.crt"


def in_cluster(environment: Mapping[str, str], folder: Path = FOLDER) -> Cluster:
    """Return the cluster that this pod runs in. Raises: `NoClusterError`."""
    host, port = environment.get("KUBERNETES_SERVICE_HOST"), environment.get("KUBERNETES_SERVICE_PORT")
    if not host or not port:
        raise NoClusterError("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no pod")
    return Cluster(url=f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}", folder=folder)


class Account:
    """The token and the trust of one service account."""

    def __init__(self, cluster: Cluster) -> None:
        """Read the authority. Raises: `NoClusterError`."""
        self.cluster = cluster
        self._token = ""
        self._token_mark: _Mark | None = None
        self._authority_mark = _mark(cluster.authority)
        try:
            self.context = ssl.create_default_context(cafile=str(cluster.authority))
        except OSError as error:  # ssl.SSLError is one
            message = error.strerror or "not a certificate"
            raise NoClusterError(f"the authority of the API server cannot be read: {message}") from None

    def token(self) -> str:
        """Return the token as it is now. Raises: `NoClusterError`."""
        self._trust()
        mark = _mark(self.cluster.token)
        if mark is None or mark != self._token_mark:
            self._token, self._token_mark = _read(self.cluster.token), mark
        return self._token

    def _trust(self) -> None:
        """Trust the authority that the file names now, too, when it was replaced."""
        mark = _mark(self.cluster.authority)
        if mark is None or mark == self._authority_mark:
            return
        try:
            self.context.load_verify_locations(cafile=str(self.cluster.authority))
        except OSError:
            return  # the kubelet is about to write it; the former one still counts
        self._authority_mark = mark


def _mark(path: Path) -> _Mark | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def _read(path: Path) -> str:
    try:
        with path.open(encoding="ascii") as file:
            token = file.read(_LONGEST_TOKEN).strip()
    except (OSError, UnicodeDecodeError):
        raise NoClusterError("the token of the service account cannot be read") from None
    if not token or not token.isprintable() or " " in token:
        raise NoClusterError("the file with the token of the service account holds no token")
    return token
