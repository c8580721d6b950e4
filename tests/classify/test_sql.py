"""What SQL statements would do, and that what cannot be parsed is never a read."""

import contextlib
import io
import logging

import pytest

from extproc.classify.codes import worst
from extproc.classify.sql import looks_like_sql, read_sql
from extproc.model.intent import Intent

_R, _W, _D, _X = Intent.READ, Intent.WRITE, Intent.DESTRUCTIVE, Intent.EXFILTRATIVE


@pytest.mark.parametrize(
    ("statement", "intent"),
    [
        ("SELECT 1", _R),
        ("select top 10 * from users", _R),
        ("SELECT `a` FROM `b` WHERE `c` = 1", _R),
        ("SELECT id FROM orders WHERE customer_id IN (SELECT id FROM customers)", _R),
        ("SELECT * FROM (SELECT * FROM users) AS u", _X),
        ("SELECT count(*) FROM (SELECT * FROM users) AS u", _R),
        ("WITH u AS (SELECT email FROM users) SELECT * FROM u", _X),
        ("SELECT name FROM products UNION ALL SELECT email FROM users", _X),
        ("SELECT email, count(*) FROM users GROUP BY email", _X),
        ("SELECT string_agg(email, ',') FROM users", _X),
        ("SELECT * FROM users WHERE status = 'active'", _X),
        ("SELECT * FROM users WHERE id > 0", _X),
        ("SELECT * FROM users LIMIT 25", _R),
        ("SELECT * FROM users LIMIT 100000", _X),
        ("SELECT a FROM t FOR UPDATE", _W),
        ("SELECT nextval('s')", _W),
        ("SELECT * INTO copy_of_orders FROM orders", _W),
        ("MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a", _W),
        ("MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE", _D),
        ("CREATE OR REPLACE TABLE t AS SELECT 1", _D),
        ("ALTER TABLE t DROP COLUMN c", _D),
        ("UPDATE t SET a = 1 WHERE id = 3 OR 1 = 1", _D),
        ("DO $$ BEGIN DROP TABLE t; END $$", _D),
        ("VACUUM FULL t", _W),
        ("PREPARE p AS DELETE FROM t", _D),
        ("UNLOAD ('select * from t') TO 's3://b/x'", _X),
        ("BEGIN; SELECT 1; COMMIT", _R),
        ("EXPLAIN ANALYZE UPDATE t SET a = 1 WHERE id = 2", _W),
        ("not sql at all", _W),
    ],
)
def test_a_statement_is_classed_by_its_parse(statement: str, intent: Intent) -> None:
    assert worst(read_sql(statement)) is intent


def test_comments_are_not_statements_unless_a_database_runs_them() -> None:
    assert worst(read_sql("/* DROP TABLE x */ SELECT 1 -- DELETE FROM y")) is _R
    assert worst(read_sql("SELECT 1 /*!50000 ; DROP TABLE x */")) is _D


def test_quoting_that_dialects_read_apart_is_not_a_read() -> None:
    assert worst(read_sql("SELECT 'a\\'; DROP TABLE x; -- '")) is _D
    assert worst(read_sql("SELECT 1 --x; DROP TABLE y")) is _D


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT " + "(" * 3000 + "1" + ")" * 3000,
        "SELECT " + "NOT " * 3000 + "1",
        "SELECT " + "a," * 3000 + "b FROM t",
        "SELECT '" + "x" * 20000 + "'",
        ";".join(["SELECT 1"] * 100),
    ],
)
def test_what_is_too_large_to_parse_is_not_a_read(statement: str) -> None:
    assert "sql_too_large" in {code for code, _ in read_sql(statement)}


def test_a_long_list_of_values_is_still_read() -> None:
    assert read_sql("SELECT a FROM t WHERE id IN (" + ",".join(map(str, range(3000))) + ")") == ()  # noqa: S608 (run by nobody)


def test_the_parser_prints_and_logs_nothing_of_a_statement() -> None:
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    logging.getLogger().addHandler(handler)
    try:
        with contextlib.redirect_stderr(heard), contextlib.redirect_stdout(heard):
            read_sql("CALL secret_procedure_of_ann()")
            read_sql("ALTER SYSTEM SET secret_of_ann = 1")
    finally:
        logging.getLogger().removeHandler(handler)
    assert heard.getvalue() == ""


@pytest.mark.parametrize(
    "text", ["drop me a line", "select a good hotel", "update on the project", "delete old photos please", "show me"]
)
def test_sentences_are_not_sql(text: str) -> None:
    assert not looks_like_sql(text)


@pytest.mark.parametrize(
    "text", ["-- note\nSELECT a FROM b", "(select 1)", "drop table x", "with a as (select 1) select * from a"]
)
def test_statements_look_like_sql(text: str) -> None:
    assert looks_like_sql(text)
