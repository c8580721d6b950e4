"""What is looked for and what is left alone, as configuration says it, and what is wrong with it."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from extproc.config.detection_file import DetectionSettings, SuppressionSettings
from extproc.config.faults import ConfigError
from extproc.detection import cache_folder, make_detection
from extproc.model.message import JsonValue

_KNOWN = {"entities": ["email"], "until": "2027-03-31", "reason": "the address of the help desk"}
_CUSTOM = """\
category: custom
detectors:
  - id: customer-number
    entity: customer_number
    pattern: 'CN-[0-9]{6}'
    tests:
      found: ["customer CN-123456"]
      clean: ["CN-12345"]
"""


def test_a_suppression_ends_with_its_day() -> None:
    assert SuppressionSettings.model_validate(_KNOWN).value().until == 1_806_451_200.0


@pytest.mark.parametrize(
    "members",
    [
        {"until": "soon"},
        {"reason": ""},
        {"entities": None},
        {"fingerprint": "xyz"},
        {"pointer": "result"},
        {"until": None},
    ],
)
def test_a_suppression_names_something_a_day_and_a_reason(members: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SuppressionSettings.model_validate({**_KNOWN, **members})


def test_a_key_comes_from_the_environment_and_is_long_enough() -> None:
    settings = DetectionSettings(key_env="KEY")
    assert settings.key({"KEY": "k" * 32}) == b"k" * 32
    for environment in ({}, {"KEY": "short"}):
        with pytest.raises(ConfigError, match="at least 32 characters"):
            settings.key(environment)
    assert DetectionSettings().key() != DetectionSettings().key()


def test_an_operators_detectors_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(_CUSTOM)
    made = make_detection(DetectionSettings(detectors=["own.yaml"]), tmp_path)
    assert {"customer_number", "email", "custom"} <= made.names()
    assert [one.entity for one in made.scanner.scan_text("customer CN-123456").findings] == ["customer_number"]


def test_a_detector_whose_own_test_fails_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(_CUSTOM.replace('CN-12345"', 'CN-123457"'))
    with pytest.raises(ConfigError, match="something is found"):
        make_detection(DetectionSettings(detectors=["own.yaml"]), tmp_path)


def test_what_is_off_is_not_found_and_has_to_exist() -> None:
    made = make_detection(DetectionSettings(off=["email"]))
    assert "email" not in made.names()
    assert made.scanner.scan_text("ada.sample@example.com").findings == ()
    with pytest.raises(ConfigError, match="no detector or entity has this name: emial"):
        make_detection(DetectionSettings(off=["emial"]))


def test_what_is_found_by_the_name_of_its_member_can_be_off_too() -> None:
    document: JsonValue = {"cardholder": "x", "card": "4111 1111 1111 1111", "cvv": "731"}
    entities = {one.entity for one in make_detection().scanner.scan(document).findings}
    assert "cvv" in entities
    without = make_detection(DetectionSettings(off=["cvv"]))
    assert "cvv" not in without.names()
    assert {one.entity for one in without.scanner.scan(document).findings} == entities - {"cvv"}


def test_compiled_detectors_are_kept_where_caches_are() -> None:
    settings = DetectionSettings()
    assert cache_folder(settings, {"HOME": "/home/a"}) == Path("/home/a/.cache/mcp-extproc")
    assert cache_folder(settings, {"HOME": "/home/a", "XDG_CACHE_HOME": "/var/c"}) == Path("/var/c/mcp-extproc")
    assert cache_folder(DetectionSettings(cache="/run/c"), {}) == Path("/run/c")
