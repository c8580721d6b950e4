"""The shipped files of secrets: how many kinds they know, and what gates and judges them."""

from extproc.detect.secrets import VALIDATORS
from extproc.model.finding import Category
from tests.detect.examples import shipped

_UNGATED = 0.05


def test_at_least_250_kinds_of_credentials_are_known() -> None:
    assert len({one.entity for one in shipped().detectors if one.category is Category.SECRET}) >= 250


def test_almost_every_detector_has_a_literal_to_gate_it() -> None:
    secrets = [one for one in shipped().detectors if one.category is Category.SECRET]
    assert sum(not one.keywords for one in secrets) <= _UNGATED * len(secrets)


def test_every_validator_is_used_by_a_detector() -> None:
    assert set(VALIDATORS) - {one.validator for one in shipped().detectors} == set()
