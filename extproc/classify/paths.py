"""File paths and file URIs: places that hold secrets, places that start programs, and ways out of a root."""

import re
from typing import Final
from urllib.parse import unquote

from extproc.classify.codes import Mark
from extproc.model.intent import Intent

_SECRET: Final = re.compile(
    r"""(?:\A|/)(?:
        \.ssh/(?!known_hosts|config\Z|[^/]*\.pub\Z)[^/]+ | id_(?:rsa|dsa|ecdsa|ed25519)(?!\.pub)[^/]*
      | \.aws/(?:credentials|sso/.*|cli/cache.*) | \.azure/(?:accessTokens|msal_token_cache|azureProfile)[^/]*
      | \.config/gcloud/.+ | application_default_credentials\.json
      | \.kube/config | kubeconfig[^/]* | etc/kubernetes/(?:admin|kubelet|controller-manager)\.conf
        | etc/rancher/k3s/k3s\.yaml
      | \.env(?:\.(?!example|sample|template|dist)[\w.-]+)? | \.envrc | \.netrc | _netrc | \.pgpass | \.my\.cnf
        | \.npmrc | \.pypirc
      | \.git-credentials | \.docker/config\.json | \.gnupg(?:/.*)? | \.password-store/.* | \.vault-token | \.htpasswd
      | \.terraform\.d/credentials.* | [^/]*\.tfstate(?:\.backup)? | \.config/gh/hosts\.yml | \.bash_history
        | \.zsh_history
      | etc/(?:passwd|shadow|gshadow|sudoers|krb5\.keytab|master\.passwd)-? | etc/ssl/private/.+
        | etc/ssh/ssh_host_[^/]*_key
      | proc/(?:\d+|self|\*|thread-self)/(?:environ|mem|maps|cmdline) | proc/kcore | dev/mem
      | (?:var/)?run/secrets/.+ | var/lib/(?:kubelet/pods/.*|docker/.*)/secrets?/.+
      | windows/system32/config/(?:sam|system|security)(?:\.[^/]*)? | ntds\.dit | [^/]*unattend\.xml
      | (?:login\ data|cookies|cookies\.sqlite|logins\.json|key[34]\.db|signons\.sqlite|web\ data|local\ state)
      | [^/]*\.(?:pem|key|pfx|p12|jks|keystore|kdbx|ppk|asc|ovpn|keychain(?:-db)?)
      | wallet\.dat | [^/]*(?:secret|credential|password|passwd)s?(?:[._-][^/]*)?\.(?:ya?ml|json|txt|ini|toml|csv
        |env|xml|properties|conf|db|kdb)
      | (?:service[-_]?account|client[-_]?secret)[^/]*\.json | master\.key | secrets?/[^/]+
    )\Z""",
    re.IGNORECASE | re.VERBOSE,
)
_SYSTEM: Final = re.compile(
    r"""\A/*(?:etc|boot|bin|sbin|lib|lib64|usr/(?:bin|sbin|lib|local/s?bin)|sys|proc|dev|var/spool/cron|root/\.|system
        |library/launch(?:agents|daemons)|windows|program\ files)(?:/|\Z)(?<!dev/null)
      | (?:\A|/)(?:\.ssh/authorized_keys2? | \.ssh/(?:rc|config) | \.(?:bashrc|bash_profile|bash_login|profile
        |zshrc|zprofile|zshenv|zlogin|vimrc
          |inputrc|xinitrc|gitconfig) | \.config/(?:autostart|systemd|fish)/.* | \.git/hooks/[^/]+ | \.git/config
            | crontab
          | \.github/workflows/[^/]+ | \.local/bin/.* | authorized_keys | sudoers | cron\.(?:d|daily|hourly
            |weekly)/.* | start\ menu/programs/startup/.*)\Z
      | \A[a-z]:/(?:windows|program\ files)(?:/|\Z)""",
    re.IGNORECASE | re.VERBOSE,
)
# Climbing to a place of the system: `../src` is how projects are laid out, `../../etc` is not.
_CLIMBS: Final = re.compile(
    r"(?:\A|/)\.\./(?:\.\./)*(?:etc|root|home|proc|var|sys|boot|usr|opt|windows|users)/", re.IGNORECASE
)
_SHAPE: Final = re.compile(r"\A(?:file://)?[~./\\]|\A[A-Za-z]:[\\/]|[/\\]|\A[^\s/]+\.[A-Za-z0-9]{1,12}\Z|\Aid_\w+\Z")
_DOTS: Final = re.compile(r"/(?:\./)+")
_SLASHES: Final = re.compile(r"//+")
_LONGEST: Final = 4096


def normal(path: str) -> str:
    """Write a path as it will be read: decoded, with forward slashes, `.` and doubled slashes removed."""
    path = path[:_LONGEST].strip().strip("\"'")
    for _ in range(2):
        if "%" in path:
            path = unquote(path)
    path = path.replace("\\", "/").removeprefix("file://").replace("\x00", "")
    path = _DOTS.sub("/", path)
    return _SLASHES.sub("/", path)


def looks_like_path(text: str) -> bool:
    """Tell whether a text could be a path: short, of one line, and shaped like one."""
    return len(text) <= _LONGEST and "\n" not in text and _SHAPE.search(text) is not None and "://" not in text[4:]


def is_secret(path: str) -> bool:
    """Tell whether a path names a file that holds secrets."""
    return _SECRET.search(_resolved(normal(path))) is not None


def is_system(path: str) -> bool:
    """Tell whether a path names a place from which the system or a login starts programs."""
    plain = normal(path)
    return (
        _SYSTEM.search(_resolved(plain)) is not None or _SYSTEM.search("/" + _resolved(plain).lstrip("./")) is not None
    )


def climbs(path: str) -> bool:
    """Tell whether a path climbs out of where it starts to a place of the system."""
    return _CLIMBS.search(normal(path)) is not None


def _resolved(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] not in {"", "..", "~"}:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def reading(path: str) -> tuple[Mark, ...]:
    """Mark what it means to read this path."""
    if is_secret(path):
        return (("file_secret", Intent.EXFILTRATIVE),)
    return (("file_traversal", Intent.EXFILTRATIVE),) if climbs(path) else ()


def writing(path: str) -> tuple[Mark, ...]:
    """Mark what it means to write to this path."""
    if is_system(path) or is_secret(path):
        return (("file_system", Intent.DESTRUCTIVE),)
    return (("file_traversal", Intent.DESTRUCTIVE),) if climbs(path) else ()
