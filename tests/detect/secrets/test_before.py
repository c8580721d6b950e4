"""The name that a value is given is read backward from the value."""

import time

import pytest

from extproc.detect.secrets import before


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('db_password = "', "db_password"),
        ("DB_PASSWORD=", "DB_PASSWORD"),
        ("password              = '", "password"),
        ("client.setApiKey(", "client.setApiKey"),
        ("'secret' => '", "secret"),
        ('config["token"] := "', "token"),
        ('the admin password is "', "the admin password"),
        ("contrase\u00f1a: ", "contrase\u00f1a"),
        ('{"a": 1, "auth_token": "', "auth_token"),
        ('NSString *password = @"', "password"),
        ('\\"password\\": \\"', None),
        ("", None),
        ('"', None),
    ],
)
def test_the_name_before_an_operator_is_given(text: str, name: str | None) -> None:
    found = before.given(text)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('let token: String = "', "let token"),
        ('password: Optional[str] = "', "password"),
        ('var signingKey = []byte("', "var signingKey"),
        ('password = SecretStr("', "password"),
        ('key = base64.b64decode("', "key"),
    ],
)
def test_a_type_or_a_conversion_may_stand_between(text: str, name: str) -> None:
    found = before.given(text, farther=True)
    assert found is not None
    assert found.name == name


def test_where_a_name_begins_and_whether_it_is_called_are_told() -> None:
    found = before.given('x; setPassword("')
    assert found == before.Given("setPassword", 3, called=True)
    assert before.given("x; password = ") == before.Given("password", 3, called=False)


def test_the_name_beside_a_value_is_that_of_its_object() -> None:
    assert before.member_name('{"name": "A", "x": 1}, {"name": "DB_PASSWORD", "value": "') == "DB_PASSWORD"
    assert before.member_name('<add key="ApiKey" value="') == "ApiKey"
    assert before.member_name('{"value": "') is None
    assert before.member_name('"revalue": "') is None


def test_names_on_the_line_before_and_without_a_sign_are_found() -> None:
    assert before.line_name("- name: DB_PASSWORD\n  value: ") == "DB_PASSWORD"
    assert before.line_name("value: ") is None
    assert before.variable("ENV DB_PASSWORD ") == "DB_PASSWORD"
    assert before.variable("ENV DB_PASSWORD=") is None


def test_the_name_of_what_a_fallback_is_for_is_found() -> None:
    assert before.fallback_name('var dbPassword = process.env.X ?? "') == "dbPassword"
    assert before.fallback_name('password = os.getenv("P", "') == "password"
    assert before.fallback_name('a "b" "') is None


def test_an_element_is_the_one_just_opened() -> None:
    assert before.element("<a><password>") == "password"
    assert before.element('<password lang="en">') == "password"
    assert before.element("<password>x") is None
    assert before.element("password>") is None


def test_literals_and_variables_of_environments_are_told_by_their_signs() -> None:
    assert before.is_literal('password = "')
    assert not before.is_literal('password "')
    assert before.is_environment("export DB_PASSWORD=")
    assert not before.is_environment("db_password=")


def test_only_indents_comments_and_setting_words_begin_a_line() -> None:
    assert before.begins_line("x = 1\n  export ")
    assert before.begins_line("| ")
    assert not before.begins_line("x = 1; ")


@pytest.mark.parametrize("text", ["-" * 120, "a " * 60, "a.b-" * 30 + "=", "x: " * 40, '("' * 60, "value" * 24])
def test_no_text_before_a_value_takes_long(text: str) -> None:
    start = time.thread_time()
    for _ in range(20):
        before.given(text)
        before.given(text, farther=True)
        before.fallback_name(text)
        before.member_name(text)
    assert time.thread_time() - start < 0.2


def test_our_own_marks_name_nothing() -> None:
    assert before.given("[DB_PASSWORD:k7f3q2wd] = ") is None
    assert before.given('password = "[DB_PASSWORD:k7f3q2wd] ') is None
    assert before.given("[REDACTED:email] password = ") == ("password", 17, False)
