"""Judging what is only imagined: the tests of a policy, its linter, its explanations, what a new one would change."""
