"""Which paths hold secrets, start programs, or climb out of where they begin."""

import pytest

from extproc.classify.paths import climbs, is_secret, is_system, looks_like_path


@pytest.mark.parametrize(
    "path",
    ["~/.ssh/id_rsa", "/home/a/.aws/credentials", ".env", "app/.env.local", "/etc/shadow", "file:///proc/1/environ",
     "C:\\Users\\a\\.ssh\\id_rsa",
     "a/../../etc/shadow", "%2fetc%2fshadow", "tls/server.key",
     "/var/run/secrets/kubernetes.io/serviceaccount/token", "infra/prod.tfstate"],
)  # fmt: skip
def test_secret_files_are_known_however_they_are_written(path: str) -> None:
    assert is_secret(path)


@pytest.mark.parametrize(
    "path", [".ssh/id_rsa.pub", ".env.example", "docs/keys.md", "src/environ.py", "monkey.txt", "token.md"]
)
def test_ordinary_files_are_not_secret(path: str) -> None:
    assert not is_secret(path)


@pytest.mark.parametrize(
    "path",
    [
        "/etc/cron.d/x",
        "~/.bashrc",
        "/usr/bin/ls",
        ".git/hooks/pre-commit",
        "/home/a/.ssh/authorized_keys",
        "C:/Windows/x",
    ],
)
def test_places_that_start_programs_are_known(path: str) -> None:
    assert is_system(path)


def test_climbing_to_a_system_place_is_told_from_a_project_layout() -> None:
    assert climbs("../../../etc/hosts")
    assert not climbs("../src/a.py")
    assert not is_system("src/etc/x")


def test_a_sentence_is_no_path() -> None:
    assert looks_like_path("a/b.txt")
    assert not looks_like_path("hello there")
