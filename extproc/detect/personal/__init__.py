"""Validators of personal and financial data, by the names that detectors use."""

from typing import Final

from extproc.detect.detector import Validators
from extproc.detect.personal import (
    banking,
    cards,
    contact,
    crypto,
    cues,
    documents,
    named_ids,
    national,
    network,
    persons,
    places,
    seeds,
)

VALIDATORS: Final[Validators] = {
    **banking.VALIDATORS,
    **cards.VALIDATORS,
    **contact.VALIDATORS,
    **crypto.VALIDATORS,
    **cues.VALIDATORS,
    **documents.VALIDATORS,
    **named_ids.VALIDATORS,
    **national.VALIDATORS,
    **network.VALIDATORS,
    **persons.VALIDATORS,
    **places.VALIDATORS,
    **seeds.VALIDATORS,
}
