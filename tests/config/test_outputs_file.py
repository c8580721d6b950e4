"""Channels and recordings in the configuration."""

from pathlib import Path

import pytest

from extproc.config.faults import ConfigError
from extproc.config.outputs_file import ChannelSettings
from extproc.config.settings_file import load_config


def load(tmp_path: Path, text: str) -> str:
    path = tmp_path / "config.yaml"
    path.write_text("policy: p.yaml\n" + text)
    try:
        load_config(path, {})
    except ConfigError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "text",
    [
        "channels: {security: {}}",
        "channels: {ops: {url: 'https://hooks.example.com/x', secret_env: HOOK_KEY}}",
        "channels: {ops: {url: 'http://127.0.0.1:9000/'}}",
        "recording: {file: recording.jsonl, max_bytes: 4096}",
    ],
)
def test_what_can_be_used_is_taken(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text) == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("channels: {ops: {url: 'http://hooks.example.com/'}}", "channels.ops: url must be https"),
        ("channels: {ops: {secret_env: KEY}}", "channels.ops: secret_env needs a url"),
        ("channels: {Ops: {}}", "channels.Ops"),
        ("channels: {ops: {url: 'ftp://x'}}", "channels.ops.url"),
        ("recording: {max_bytes: 1}", "recording.max_bytes"),
        ("servers: [{name: shop, pins: {get: abc}}]", "servers.0.pins.get"),
    ],
)
def test_what_cannot_is_told_with_its_place(tmp_path: Path, text: str, fault: str) -> None:
    assert fault in load(tmp_path, text)


def test_a_channel_takes_its_key_from_the_environment() -> None:
    settings = ChannelSettings(url="https://hooks.example.com/x", secret_env="HOOK_KEY")
    webhook = settings.webhook({"HOOK_KEY": "k"})
    assert webhook is not None
    assert (webhook.url, webhook.secret) == ("https://hooks.example.com/x", b"k")
    with pytest.raises(ConfigError, match=r"HOOK_KEY.*is not set"):
        settings.webhook({})
    assert ChannelSettings().webhook({}) is None
