"""What only stands for a secret, or is something else, is known by its form."""

import pytest

from extproc.detect.secrets.forms import nothing, written

_PLACEHOLDERS = [
    "<your-token>",
    "YOUR_API_KEY",
    "your-secret-here",
    "changeme",
    "CHANGE_ME",
    "xxxxxxxxxxxx",
    "************",
    "...",
    "example-password",
    "REPLACE_WITH_TOKEN",
    "null",
    "None",
    "true",
    "string",
    "[REDACTED:password]",
    "[EMAIL:k7f3q2wd]",
    "test-secret",
    "dummy",
    "insert_key_here",
    "1234567890",
    "aaaaaaaaaaaaaaaa",
    "abc",
    "not-a-real-key",
]
_REFERENCES = [
    "${DB_PASSWORD}",
    "$DB_PASSWORD",
    "$(cat secret)",
    "%DB_PASSWORD%",
    "{{ vault_password }}",
    "<%= ENV['X'] %>",
    "#{password}",
    "env:DB_PASSWORD",
    "vault:secret/data/db#password",
    "process.env.TOKEN",
    "os.environ['TOKEN']",
    "op://vault/item/field",
    "%(password)s",
    "{password}",
    "arn:aws:secretsmanager:eu-west-1:1:secret:x",
    "!vault |",
    "config.password",
    "secrets.TOKEN",
    "%s",
]
_OTHER_THINGS = [
    "getPassword()",
    "user.profile.name",
    "https://host.net/path",
    "/etc/app/key.pem",
    "./key.json",
    "C:\\keys\\a.txt",
    "private.key",
    "2024-05-01",
    "12:30",
    "1.2.3",
    "30s",
    "#ff00aa",
    "new SecretKey(x)",
    "a => b",
    "The password of the account",
    "x[0]",
]
_SECRETS = ["q8vZ3nTx1LwQ", "hunter2", "Tr0ub4dor&3", "kdhwnxbe", "correct-horse-battery", "qZ.8vT-x1", "p@$$w0rd!"]


@pytest.mark.parametrize("text", [*_PLACEHOLDERS, *_REFERENCES])
def test_placeholders_and_references_are_nothing(text: str) -> None:
    assert nothing(text)


@pytest.mark.parametrize("text", _OTHER_THINGS)
def test_code_places_dates_and_prose_are_written(text: str) -> None:
    assert written(text)


@pytest.mark.parametrize("text", _SECRETS)
def test_what_may_be_a_secret_is_neither(text: str) -> None:
    assert not nothing(text)
    assert not written(text)


def test_a_token_with_dots_is_no_access_to_a_member() -> None:
    assert written("client.session.token")
    assert written("/usr/lib/x86_64-linux-gnu/security/modules/common")
    assert not written("/Qz8vTk1LwQj7R2mXs5Df9GhKqZtPw4BnV6cY3rJ8d+")
    assert not written("qZx8vTk1.LwQj7R2mXs5D.f9GhKqZtPw")
