"""The configuration file: defaults, faults at their places, and variables over it."""

from pathlib import Path

import pytest

from extproc.config.faults import ConfigError
from extproc.config.policy_file import TeamPlace
from extproc.config.settings_file import Config, load_config
from extproc.mcp.limits import DEFAULT_LIMITS
from extproc.mcp.versions import REVISIONS
from extproc.model.message import Direction


def load(folder: Path, text: str, **environment: str) -> Config:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return load_config(path, environment)


def faults(folder: Path, text: str, **environment: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder, text, **environment)
    return [str(fault).removeprefix(f"{folder}/") for fault in caught.value.faults]


def test_only_the_policy_must_be_named(tmp_path: Path) -> None:
    config = load(tmp_path, "policy: p.yaml")
    assert config.policy == ["p.yaml"]
    assert config.listen.address.startswith("unix:/")
    assert (config.limits.body_bytes, config.limits.event_bytes) == (4 * 1024 * 1024, 1024 * 1024)
    assert (config.timeouts.decision, config.timeouts.hold, config.timeouts.drain) == (1.0, 5.0, 10.0)
    assert (config.control.socket, config.log.decisions) == (None, True)
    assert not config.unsafe_fail_open.client_to_server
    assert not config.unsafe_fail_open.server_to_client


def test_the_defaults_become_the_settings_of_the_engine(tmp_path: Path) -> None:
    settings = load(tmp_path, "policy: p.yaml").settings()
    [route] = settings.routes
    assert (route.name, route.paths) == ("default", frozenset({"/mcp"}))
    assert route.hosts.fullmatch("anything.test:80")
    assert (settings.limits, settings.versions, settings.fail_open) == (
        DEFAULT_LIMITS,
        frozenset(REVISIONS),
        frozenset[Direction](),
    )


def test_what_is_written_becomes_the_settings_of_the_engine(tmp_path: Path) -> None:
    text = """
policy: p.yaml
servers:
  - {name: shop, hosts: ["*.shop.test", shop.test], paths: [/mcp, "/mcp?v=2"]}
limits: {body_bytes: 2048, event_bytes: 1024, depth: 16, values: 100, batch: 1, streams: 2}
timeouts: {decision: 2, hold: 0.5}
control: {socket: /run/control.sock}
protocol: {versions: ["2026-07-28"]}
unsafe_fail_open: {server_to_client: true}
"""
    config = load(tmp_path, text)
    settings = config.settings()
    assert (settings.limits.body_bytes, settings.limits.depth, settings.limits.batch) == (2048, 16, 1)
    assert (settings.decision_seconds, settings.hold_seconds, config.limits.streams) == (2.0, 0.5, 2)
    assert (settings.versions, settings.fail_open) == (
        frozenset({"2026-07-28"}),
        frozenset({Direction.SERVER_TO_CLIENT}),
    )
    assert settings.routes[0].hosts.fullmatch("eu.shop.test")
    assert not settings.routes[0].hosts.fullmatch("other.test")


def test_all_faults_are_told_at_once_each_at_its_place(tmp_path: Path) -> None:
    text = """\
servers:
  - {name: "bad name"}
  - {name: ok, paths: [mcp], hosts: []}
limits: {body_bytes: 1, depth: 1.5, typo: 1}
timeouts:
  decision: 0
  hold: 4000
listen: {address: "somewhere"}
unsafe_fail_open: {client_to_server: yes}
log: {level: loud}
unknown: 1
"""
    found = faults(tmp_path, text)
    assert [fault.split(": ")[:2] for fault in found] == [
        ["config.yaml:1:1", "policy"],
        ["config.yaml:2:12", "servers.0.name"],
        ["config.yaml:3:24", "servers.1.paths.0"],
        ["config.yaml:3:37", "servers.1.hosts"],
        ["config.yaml:4:22", "limits.body_bytes"],
        ["config.yaml:4:32", "limits.depth"],
        ["config.yaml:4:43", "limits.typo"],
        ["config.yaml:6:13", "timeouts.decision"],
        ["config.yaml:7:9", "timeouts.hold"],
        ["config.yaml:8:19", "listen.address"],
        ["config.yaml:9:38", "unsafe_fail_open.client_to_server"],
        ["config.yaml:10:14", "log.level"],
        ["config.yaml:11:10", "unknown"],
    ]
    assert found[0].endswith("this setting is missing")
    assert found[-1].endswith("unknown setting")


@pytest.mark.parametrize(
    "line",
    [
        "limits: {body_bytes: '4096'}",
        "limits: {body_bytes: true}",
        "limits: {body_bytes: null}",
        "limits: {streams: 0}",
        "timeouts: {decision: no}",
        "timeouts: {decision: .inf}",
        "unsafe_fail_open: {client_to_server: 'true'}",
        "unsafe_fail_open: {client_to_server: 1}",
        "log: {decisions: 1}",
        "policy: ''",
        "policy: {a: b}",
        "servers: []",
        "servers: {name: x}",
        "protocol: {versions: []}",
        "protocol: {versions: ['1999-01-01']}",
        "control: {socket: relative.sock}",
        "metrics: {address: 'unix:/x.sock'}",
        "metrics: {address: '9464'}",
        "listen: {address: 'unix:relative'}",
        "listen: {address: 'host:port'}",
        "servers: [{name: x, hosts: ['']}]",
        "servers: [{name: x, pahts: [/mcp]}]",
    ],
)
def test_nothing_is_converted_and_nothing_is_guessed(tmp_path: Path, line: str) -> None:
    rest = "" if line.startswith("policy") else "\npolicy: p.yaml"
    [fault] = faults(tmp_path, line + rest)
    assert fault.startswith("config.yaml:1:")


@pytest.mark.parametrize(
    "address", ["unix:/run/x/0.sock", "127.0.0.1:80", "[::1]:8080", "host.test:1", "0.0.0.0:18080"]
)
def test_addresses_may_be_sockets_and_ports(tmp_path: Path, address: str) -> None:
    assert load(tmp_path, f"policy: p\nlisten: {{address: '{address}'}}").listen.address == address


def test_metrics_can_be_switched_off(tmp_path: Path) -> None:
    assert load(tmp_path, "policy: p\nmetrics: {address: null}").metrics.address is None


def test_variables_go_over_the_file(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "policy: p.yaml\nlimits: {streams: 7, batch: 3}",
        EXTPROC_POLICY="other.yaml",
        EXTPROC_LIMITS__STREAMS="9",
        EXTPROC_TIMEOUTS__HOLD="2.5",
        EXTPROC_METRICS__ADDRESS="null",
        EXTPROC_UNSAFE_FAIL_OPEN__CLIENT_TO_SERVER="true",
        EXTPROC_SERVERS="[{name: env}]",
        OTHER="ignored",
    )
    assert (config.policy, config.limits.streams, config.limits.batch) == (["other.yaml"], 9, 3)
    assert (config.timeouts.hold, config.metrics.address) == (2.5, None)
    assert config.unsafe_fail_open.client_to_server
    assert config.servers[0].name == "env"


def test_variables_alone_are_enough(tmp_path: Path) -> None:
    assert load(tmp_path, "", EXTPROC_POLICY="p.yaml").policy == ["p.yaml"]


@pytest.mark.parametrize(
    ("variable", "value", "fault"),
    [
        pytest.param("EXTPROC_TYPO", "1", "$EXTPROC_TYPO:1:1: typo: unknown setting", id="no-section"),
        pytest.param("EXTPROC_TYPO__X", "1", "$EXTPROC_TYPO__X:1:1: typo: unknown setting", id="no-section-with-part"),
        pytest.param("EXTPROC_LOG__TYPO", "1", "$EXTPROC_LOG__TYPO:1:1: log.typo: unknown setting", id="no-setting"),
        pytest.param(
            "EXTPROC_POLICY__X", "1", "$EXTPROC_POLICY__X:1:1: policy: this setting has no parts", id="no-parts"
        ),
        pytest.param(
            "EXTPROC_SERVERS__0", "1", "$EXTPROC_SERVERS__0:1:1: servers: this setting has no parts", id="a-list"
        ),
        pytest.param(
            "EXTPROC_LOG__DECISIONS",
            "yes",
            "$EXTPROC_LOG__DECISIONS:1:1: log.decisions: Input should be a valid boolean",
            id="wrong-type",
        ),
        pytest.param("EXTPROC_LOG", "{a: 1, a: 2}", "$EXTPROC_LOG:1:8: a: this key occurs twice", id="no-yaml"),
    ],
)
def test_a_fault_of_a_variable_names_the_variable(tmp_path: Path, variable: str, value: str, fault: str) -> None:
    text = "policy: p.yaml\nservers: [{name: x}]\nlog: {decisions: true}"
    assert faults(tmp_path, text, **{variable: value}) == [fault]


def test_faults_of_the_file_and_of_variables_are_told_together(tmp_path: Path) -> None:
    found = faults(tmp_path, "policy: p\nlimits: {streams: 0}", EXTPROC_LIMITS__BATCH="0")
    assert [fault.split(": ")[:2] for fault in found] == [
        ["$EXTPROC_LIMITS__BATCH:1:1", "limits.batch"],
        ["config.yaml:2:19", "limits.streams"],
    ]


@pytest.mark.parametrize("text", ["[]", "text", "7"])
def test_a_file_that_is_no_mapping_is_a_fault(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text) == ["config.yaml:1:1: the file must be a mapping of settings"]


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none.yaml", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(ConfigError, match=f"1:1: cannot be read: {reason}"):
            load_config(path, {})
    (tmp_path / "latin.yaml").write_bytes(b"policy: \xff")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_config(tmp_path / "latin.yaml", {})


def test_a_configuration_cannot_be_changed(tmp_path: Path) -> None:
    config = load(tmp_path, "policy: p")
    with pytest.raises(ValueError, match="frozen"):
        config.policy = ["other"]


_PROTECTED = """
policy: p.yaml
servers:
  - name: a
    hosts: [mcp.test]
    paths: [/a, "/b?v=2"]
    authorization: {resource: "RESOURCE", authorization_servers: ["https://idp.test"], required: REQUIRED}
  - name: b
    hosts: [mcp.test]
    paths: [/c]
    authorization: {resource: "https://mcp.test/c", authorization_servers: ["https://idp.test"], required: false}
"""


def protected(folder: Path, resource: str, *, required: bool = False) -> Config:
    text = _PROTECTED.replace("RESOURCE", resource).replace("REQUIRED", str(required).lower())
    return load(folder, text)


def test_a_server_takes_no_tokens_that_are_meant_for_another(tmp_path: Path) -> None:
    first, second = protected(tmp_path, "https://mcp.test/a").settings().routes
    assert (first.foreign, second.foreign) == (frozenset({"https://mcp.test/c"}), frozenset({"https://mcp.test/a"}))
    assert first.authorization is not None
    assert first.authorization.resource == "https://mcp.test/a"


@pytest.mark.parametrize("resource", ["https://mcp.test/a", "https://mcp.test:8443/a", "https://mcp.test/b?v=2"])
def test_a_resource_is_an_address_of_its_server(tmp_path: Path, resource: str) -> None:
    assert protected(tmp_path, resource).servers[0].authorization is not None


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ("https://mcp.test/x", "path of authorization.resource"),
        ("https://mcp.test/b", "path of authorization.resource"),
        ("https://other.test/a", "host of authorization.resource"),
        ("http://mcp.test/a", "resource must begin with https"),
    ],
)
def test_a_resource_that_clients_cannot_have_used_is_refused(tmp_path: Path, resource: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        protected(tmp_path, resource)


def test_what_is_required_must_be_provable_and_resources_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no source in identity\.sources gives a principal"):
        protected(tmp_path, "https://mcp.test/a", required=True)
    same = _PROTECTED.replace("mcp.test/c", "mcp.test/a").replace("[/c]", "[/a]")
    with pytest.raises(ConfigError, match=r"same authorization\.resource"):
        load(tmp_path, same.replace("RESOURCE", "https://mcp.test/a").replace("REQUIRED", "false"))


def test_a_path_that_would_take_a_token_from_the_query_is_refused(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, 'policy: p\nservers: [{name: a, paths: ["/mcp?access_token=x"]}]')
    assert fault.endswith("servers.0.paths.0: a token in the query is never taken")


def test_a_server_stands_in_its_own_namespace_or_in_that_of_the_sidecar(tmp_path: Path) -> None:
    text = "policy: p.yaml\nnamespace: edge\nservers: [{name: a, namespace: payments}, {name: b, paths: [/b]}]\n"
    assert [route.namespace for route in load(tmp_path, text).settings().routes] == ["payments", "edge"]


def test_a_path_of_policies_may_be_a_teams_own(tmp_path: Path) -> None:
    config = load(tmp_path, "policy: [floor.yaml, {path: team, namespace: payments}]\n")
    team = TeamPlace(path=tmp_path / "team", namespace="payments")
    assert config.places(tmp_path) == [tmp_path / "floor.yaml", team]


def test_a_team_without_a_namespace_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"config\.yaml:1:10: policy\.0\.namespace: this setting is missing"):
        load(tmp_path, "policy: [{path: team}]\n")
