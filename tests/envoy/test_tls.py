"""TLS on both sides of Envoy: names, and the authorities that count without being named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from extproc.envoy.bootstrap import bootstrap_plain
from tests.envoy.profiles import options


def _upstream(folder: Path, **tls: Any) -> dict[str, Any]:
    made = bootstrap_plain(options(folder, "upstream-tls", upstream_tls=tls))
    (cluster, *_) = made["static_resources"]["clusters"]
    found: dict[str, Any] = cluster["transport_socket"]["typed_config"]
    return found


@pytest.mark.parametrize(
    ("name", "kind", "sni"),
    [
        (None, "DNS", "mcp.test"),
        ("other.test", "DNS", "other.test"),
        ("192.0.2.1", "IP_ADDRESS", None),
        ("spiffe://test/server", "URI", None),
    ],
)
def test_a_server_is_checked_by_exactly_one_name(tmp_path: Path, name: str | None, kind: str, sni: str | None) -> None:
    made = _upstream(tmp_path, ca="/ca.crt", name=name)
    validation = made["common_tls_context"]["validation_context"]
    assert validation["match_typed_subject_alt_names"] == [{"san_type": kind, "matcher": {"exact": name or "mcp.test"}}]
    assert made.get("sni") == sni


def test_where_no_authorities_are_installed_the_usual_place_is_named() -> None:
    code = (
        "from pathlib import Path; Path.is_file = lambda path: False\n"
        "import warnings; warnings.simplefilter('ignore')\n"
        "from extproc.envoy.bootstrap import bootstrap_json; from extproc.envoy.options import BootstrapOptions\n"
        "print(bootstrap_json(BootstrapOptions(upstream='https://a.test', listen_port=1, admin='unix:/a')))"
    )
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    assert "/etc/ssl/certs/ca-certificates.crt" in done.stdout
