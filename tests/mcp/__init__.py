"""Tests of parsing, headers, revisions and event streams."""
