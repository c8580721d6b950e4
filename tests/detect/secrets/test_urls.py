"""Credentials in URLs, connection strings and headers are told from templates and stock values."""

import base64

import pytest

from extproc.detect.detector import Candidate
from extproc.detect.secrets import urls
from tests.detect.examples import shipped_scanner


def _covers(text: str, value: str) -> bool:
    start = text.index(value)
    found = shipped_scanner().scan_text(text).findings
    return any(one.start <= start and one.end >= start + len(value) for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "postgres://app:kx7wqz4vbn2t@db.corp.net:5432/app",
        "redis://:kx7wqz4vbn2t@cache:6379/0",
        "mongodb+srv://svc:kx7wqz4vbn2t@c0.abc.net/x?retryWrites=true",
        "https://bot:kx7wqz4vbn2t@git.corp.net/a.git",
        "Server=db;User Id=app;Password=kx7wqz4vbn2t;Encrypt=true",
        "jdbc:oracle:thin:app/kx7wqz4vbn2t@db:1521:x",
        "https://api.corp.net/v1?access_token=kx7wqz4vbn2t&x=1",
        "Cookie: theme=dark; session_id=kx7wqz4vbn2tkx9wqz5vbn3t",
        "Authorization: Bearer kx7wqz4vbn2tkx9wqz5vbn3t",
    ],
)
def test_credentials_are_found_where_their_syntax_has_them(text: str) -> None:
    assert _covers(text, "kx7wqz4vbn2t")


@pytest.mark.parametrize(
    "text",
    [
        "postgres://user:password@localhost/db",
        "postgres://user:${PASSWORD}@host/db",
        "https://user:<password>@host.net",
        "mysql://root:root@localhost",
        "redis://localhost:6379/0",
        "Server=db;User Id=app;Password=password;",
        "https://host.net/x?token=TOKEN&page=2",
        "Authorization: Bearer <token>",
        "Set-Cookie: session_id=deleted; Path=/",
        "https://host.net:8443/a@b",
    ],
)
def test_templates_stock_values_and_ports_are_clean(text: str) -> None:
    assert not [one for one in shipped_scanner().scan_text(text).findings if one.category == "secret"]


def test_basic_credentials_are_a_name_and_a_password_in_base64() -> None:
    def encoded(text: str) -> Candidate:
        return Candidate(text=base64.b64encode(text.encode()).decode())

    assert urls.basic_credentials(encoded("deploy:q8vZ3nTx")) is not None
    assert urls.basic_credentials(encoded("user:password")) is None
    assert urls.basic_credentials(encoded("no colon in here")) is None
    assert urls.basic_credentials(Candidate(text="authentication")) is None


def test_a_password_with_percent_encoding_is_judged_decoded() -> None:
    assert urls.url_password(Candidate(text="%24%7BPASS%7D", before="https://a:", after="@host.net")) is None
    assert urls.url_password(Candidate(text="q8%40vZ3nTx1", before="https://a:", after="@host.net")) is not None
