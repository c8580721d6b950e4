"""Where keys are."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from extproc.config.key_settings import KeySettings
from extproc.stores.jwks_url import KeyUrl


def test_a_file_is_beside_the_configuration() -> None:
    assert KeySettings(file="keys/jwks.json").place(Path("/etc/a")) == Path("/etc/a/keys/jwks.json")
    assert KeySettings(file="/run/jwks.json").place(Path("/etc/a")) == Path("/run/jwks.json")


def test_a_url_has_its_times_and_files() -> None:
    settings = KeySettings(url="https://k.test/jwks", ca="ca.crt", bearer_file="/run/token", cooldown=5, limit=600)
    assert settings.place(Path("/etc/a")) == KeyUrl(
        url="https://k.test/jwks",
        ca=Path("/etc/a/ca.crt"),
        bearer_file=Path("/run/token"),
        refresh=300,
        cooldown=5,
        limit=600,
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "either a url or a file"),
        ({"url": "https://a.test/", "file": "a"}, "either a url or a file"),
        ({"file": "a", "ca": "b"}, "for keys behind a url"),
        ({"file": "a", "bearer_file": "b"}, "for keys behind a url"),
        ({"url": "http://a.test/jwks"}, "https://"),
        ({"url": "https://a.test/", "limit": 10}, "limit must not be shorter"),
        ({"url": "https://a.test/", "cooldown": 0}, "greater than or equal to 1"),
        ({"url": "https://a.test/", "refresh": 0}, "greater than 0"),
    ],
)
def test_what_cannot_be_meant_is_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        KeySettings.model_validate(settings)
