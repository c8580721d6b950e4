"""The table of policy cases: what is decided, by which rules, what is to be done, and what shadow would have done."""

import pytest

from extproc.policy.deciding import decide
from extproc.policy.obligations import together
from tests.policy.cases import CASES, Case
from tests.policy.making import policy


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_policy_decides_as_the_table_says(case: Case) -> None:
    found = decide(policy(*case.layers), case.asked)
    assert (found.combined.effect, found.combined.determining) == (case.effect, case.by)
    assert (found.shadow and found.shadow.effect) == case.shadow
    if case.does is not None:
        assert together(rule.obligations for rule in found.enforced) == case.does


def test_the_table_has_no_two_rows_of_one_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
