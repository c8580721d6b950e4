"""Secrets given to names in code, configuration, command lines and prose, through the detectors that ask."""

import pytest

from tests.detect.examples import shipped_scanner

_VALUE = "kx7wqz4vbn2t"
_GIVEN = [
    'password = "{}"',
    "self.db_password = '{}'",
    "'password': '{}',",
    'connect(host="db", password="{}")',
    "const apiKey = '{}';",
    'ds.setPassword("{}");',
    'string Password = @"{}";',
    '"client_secret": "{}",',
    "password: {}",
    "DB_PASSWORD={}",
    "export TOKEN={}",
    "spring.datasource.password = {}",
    "<password>{}</password>",
    '<add key="DbPassword" value="{}"/>',
    "define('DB_PASSWORD', '{}');",
    "'secret' => '{}',",
    'if (password == "{}") {{',
    "tool --password {} run",
    "ENV DB_PASSWORD {}",
    "      - API_TOKEN={}",
    'os.getenv("API_TOKEN", "{}")',
    "config.secret_key = '{}'",
    'NSString *password = @"{}";',
    'let token: String = "{}"',
    'var secret = process.env.X || "{}"',
    "password '{}'",
    "- name: DB_PASSWORD\n  value: {}\n",
    "mysql -u root -p{} app",
    "curl -u bot:{} https://host.net",
    "CREATE USER a IDENTIFIED BY '{}';",
    "ALTER ROLE app PASSWORD '{}';",
    "Pwd={};Database=x",
    "the password for staging is {}.",
    "machine h login bot password {}",
    '\\"password\\": \\"{}\\"',
    'ConvertTo-SecureString "{}" -AsPlainText',
    'password                        = "{}"',
    'var signingKey = []byte("{}")',
    'password = os.getenv("P", "{}")',
    '{{"match": "  smtp_password: {}"}}',
    "| password | {} |",
    "contrase\u00f1a: {}",
    "PGPASSWORD={} psql -h db",
]
# Passwords as people choose them, and where they may stand.
_CHOSEN = ["Velvet-6458", "Granite_678", "Pickle.3569", "copper-sunset-velvet-monkey9", "gandalf99", "Winter2021!"]
_CHOICES = [
    'password = "{}"',
    "db.password = {}",
    "define('DB_PASSWORD', '{}');",
    "mysql --password='{}' app",
    "<password>{}</password>",
    "DB_PASSWORD={}",
    "password is {}",
    "HTTPBasicAuth('bob', '{}')",
]
_CLEAN = [
    'password = "your-password"',
    "password = getpass()",
    "password: string",
    'password = os.environ["PASSWORD"]',
    "token = self.token",
    "password = ${{ secrets.PASSWORD }}",
    "DB_PASSWORD=$OTHER",
    "token_type = 'kx7wqz4vbn2t'",
    "password = user.password;",
    "token := lexer.next",
    '"password": "[REDACTED:password]"',
    "const token = await fetchToken(user);",
    '"next_page_token": "kx7wqz4vbn2t"',
    "password: required",
    "secretKeyRef:\n  name: db\n  key: password",
    "The password is required.",
    "public_key = 'kx7wqz4vbn2t'",
    "docker run -u 1000:1000 image",
    'passed = "kx7wqz4vbn2t"',
    "tokens: 8192",
    'label = "Password"',
    '{"type": "password", "name": "password"}',
    "# password: see the vault",
    'passwordField = "password_input_2"',
    "tests pass: chrome-109",
    "secretName: my-app-tls-2",
    'session_key = "tab-7"',
    '"password": "Wachtwoord"',
    '"AWS::IAM::AccessKey": "62d91b17309e76c8"',
    '"result", pass `check=True`, "other"',
    "| password | string | required |",
    'auth_token = get_token("service-1")',
    # What one of our own marks names is gone; what stands beside it has not its name.
    '[DB_PASSWORD:k7f3q2wd] "Granite_678"',
    '[REDACTED:api_key] = "kx7wqz4vbn2t"',
    '{"[URL_PASSWORD:k7f3q2wd]": "kx7wqz4vbn2t"}',
    "name: [API_TOKEN:k7f3q2wd]\nvalue: kx7wqz4vbn2t",
]


@pytest.mark.parametrize("template", _GIVEN)
def test_a_value_given_to_a_sensitive_name_is_found_as_a_whole(template: str) -> None:
    text = f"first line\n{template.format(_VALUE)}\nlast line"
    start = text.index(_VALUE)
    found = shipped_scanner().scan_text(text).findings
    assert any(one.start <= start and one.end >= start + len(_VALUE) for one in found)


@pytest.mark.parametrize("template", _CHOICES)
@pytest.mark.parametrize("value", _CHOSEN)
def test_a_password_may_be_words_and_a_number(template: str, value: str) -> None:
    text = template.format(value)
    start = text.index(value)
    found = shipped_scanner().scan_text(text).findings
    assert any(one.start <= start and one.end >= start + len(value) for one in found)


@pytest.mark.parametrize("text", _CLEAN)
def test_references_expressions_and_other_names_are_clean(text: str) -> None:
    secrets = [one for one in shipped_scanner().scan_text(text).findings if one.category == "secret"]
    assert secrets == []


def test_a_word_is_a_password_where_a_literal_is_given_to_its_name() -> None:
    assert shipped_scanner().scan_text('password = "dragonfly"').findings
    assert not shipped_scanner().scan_text("password = dragonfly").findings


def test_a_hostile_line_of_dashes_does_not_run_away() -> None:
    text = "\n" + "-" * 100 + ' password = "' + "- " * 40 + "x\nb: password = q8vZ3nTx1L"
    assert shipped_scanner().scan_text(text).findings
