"""The policy file: what it becomes, its layers and its tests, and every fault at its place."""

import hashlib
from pathlib import Path

import pytest

from extproc.config.faults import ConfigError
from extproc.config.policy_file import TeamPlace, load_policies, parse_policy
from extproc.config.vocabulary import Vocabulary
from extproc.model.decision import Effect
from extproc.policy.rules import LayerKind, Mode
from tests.policies import HEAD

_GOOD = f"{HEAD}spec: {{default: deny, rules: [{{id: all, effect: allow}}]}}\n".encode()
_UPPER = """\
apiVersion: mcp-extproc/v1
kind: Policy
metadata: {name: upper, layer: namespace, namespaces: [payments]}
"""


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_policy(text.encode(), "p.yaml")
    return [str(fault) for fault in caught.value.faults]


def files(folder: Path, **texts: str) -> list[Path]:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    return [folder / f"{name}.yaml" for name in texts]


def test_the_envelope_becomes_a_layer() -> None:
    [layer] = parse_policy(_GOOD, "p.yaml").layers
    assert (layer.name, layer.kind, layer.scope, layer.default) == ("test", LayerKind.PLATFORM, None, Effect.DENY)
    assert (layer.mode, layer.place, layer.rules[0].place) == (Mode.ENFORCE, "p.yaml:4:17", "p.yaml:4:31")


def test_the_revision_of_one_file_is_the_digest_of_its_text(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(_GOOD)
    assert load_policies([path]).revision == hashlib.sha256(_GOOD).hexdigest()[:12]
    path.write_bytes(_GOOD + b"# a comment\n")
    assert load_policies([path]).revision != parse_policy(_GOOD, "p.yaml").revision


def test_files_of_a_folder_are_layers_with_the_platform_first(tmp_path: Path) -> None:
    files(tmp_path, a=_UPPER + "spec: {rules: [{id: no, effect: deny, match: {tools: [x]}}]}\n", b=_GOOD.decode())
    (tmp_path / ".hidden.yaml").write_text("no policy")
    (tmp_path / "notes.txt").write_text("no policy")
    policy = load_policies([tmp_path])
    assert [(layer.name, layer.kind) for layer in policy.layers] == [
        ("test", LayerKind.PLATFORM),
        ("upper", LayerKind.NAMESPACE),
    ]
    before = policy.revision
    (tmp_path / "a.yaml").write_text((tmp_path / "a.yaml").read_text() + "# more\n")
    assert load_policies([tmp_path]).revision != before


def test_a_layer_that_loosens_is_refused_with_the_place(tmp_path: Path) -> None:
    floor = f"{HEAD}spec: {{default: deny, rules: [{{id: no-x, effect: deny, match: {{tools: [x]}}}}]}}\n"
    upper = f"{_UPPER}spec:\n  rules:\n    - {{id: give, effect: allow, match: {{tools: [x]}}}}\n"
    with pytest.raises(ConfigError, match=r"upper\.yaml:6:7: give: ") as caught:
        load_policies(files(tmp_path, floor=floor, upper=upper))
    assert len(caught.value.faults) == 1


def test_an_upper_layer_alone_has_no_floor() -> None:
    [fault] = faults(_UPPER + "spec: {rules: [{id: no, effect: deny}]}\n")
    assert "no file is of the layer platform" in fault


def test_names_and_ids_stand_once_over_all_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_policies(files(tmp_path, a=_GOOD.decode(), b=_GOOD.decode()))
    told = [str(fault).removeprefix(f"{tmp_path}/") for fault in caught.value.faults]
    assert told[0] == "b.yaml:3:18: metadata.name: another file has this name"
    assert told[1].startswith("b.yaml:4:31: all: the id all is already")


def test_the_faults_of_all_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_policies([*files(tmp_path, a="version: 1\n", b="- 1\n"), tmp_path / "none.yaml"])
    assert [Path(fault.file).name for fault in caught.value.faults] == ["a.yaml", "b.yaml", "none.yaml"]


def test_one_folder_of_several_may_be_empty_for_now(tmp_path: Path) -> None:
    floor, teams = tmp_path / "floor", tmp_path / "teams"
    teams.mkdir()
    floor.mkdir()
    files(floor, a=_GOOD.decode())
    assert len(load_policies([floor, teams]).layers) == 1


@pytest.mark.parametrize(
    "metadata",
    [
        "{name: theirs}",
        "{name: theirs, layer: server, servers: [shop]}",
        "{name: theirs, layer: namespace, namespaces: [sales]}",
        "{name: theirs, layer: namespace, namespaces: [payments, sales]}",
        '{name: theirs, layer: namespace, namespaces: ["*"]}',
    ],
)
def test_a_team_can_write_for_its_own_namespace_only(tmp_path: Path, metadata: str) -> None:
    rule = "spec: {default: deny, rules: [{id: no, effect: deny, match: {tools: [x]}}]}\n"
    floor, own, other = files(tmp_path, floor=_GOOD.decode(), own=_UPPER + rule, other=_UPPER + rule)
    assert len(load_policies([floor, TeamPlace(path=own, namespace="payments")]).layers) == 2
    other.write_text(other.read_text().replace("{name: upper, layer: namespace, namespaces: [payments]}", metadata))
    with pytest.raises(ConfigError, match=r"other\.yaml:3:11: metadata: only a policy of the layer namespace, with"):
        load_policies([floor, TeamPlace(path=other, namespace="payments")])


def test_a_folder_without_policies_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no policy files here"):
        load_policies([tmp_path])


def test_a_policy_whose_own_test_fails_is_not_loaded() -> None:
    text = _GOOD.decode() + "tests:\n  - {name: no, given: {tool: x}, expect: {outcome: deny}}\n"
    assert faults(text) == [
        "p.yaml:6:5: tests.0: the test 'no' fails: expected outcome deny, got allow by all",
    ]


def test_tests_of_an_upper_layer_are_judged_above_the_floor_and_no_other_layer(tmp_path: Path) -> None:
    upper = _UPPER + (
        "spec: {rules: [{id: no, effect: deny, match: {tools: [x]}}]}\n"
        "tests:\n"
        "  - {name: here, given: {tool: x, namespace: payments}, expect: {outcome: deny, rules: [no]}}\n"
        "  - {name: elsewhere, given: {tool: x, namespace: other}, expect: {outcome: allow, rules: [all]}}\n"
    )
    other = _UPPER.replace("upper", "third") + "spec: {rules: [{id: third, effect: deny}]}\n"
    assert len(load_policies(files(tmp_path, a=_GOOD.decode(), b=upper, c=other)).layers) == 3


def test_the_form_before_is_refused_with_what_to_write_instead() -> None:
    [fault] = faults("version: 1\ndefault: deny\nrules: [{id: a, effect: allow}]\n")
    assert fault.startswith("p.yaml:1:10: version: this form is read no longer: write 'apiVersion: mcp-extproc/v1'")


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load_policies([tmp_path / "none.yaml"])
    with pytest.raises(ConfigError, match="not UTF-8"):
        parse_policy(b"\xff", "p.yaml")
    with pytest.raises(ConfigError, match="larger than 4 MiB"):
        parse_policy(b"#" * (4 * 1024 * 1024 + 1), "p.yaml")


def test_what_is_not_installed_cannot_be_named() -> None:
    rule = "{id: a, redact: [{entities: [CARD]}], notify: [security]}"
    text = f"{HEAD}spec: {{default: deny, rules: [{rule}]}}\n".encode()
    known = Vocabulary(entities=frozenset({"CARD"}), channels=frozenset({"security"}))
    assert parse_policy(text, "p.yaml", known).rules[0].obligations.entities == {"CARD"}
    with pytest.raises(ConfigError) as caught:
        parse_policy(text, "p.yaml", Vocabulary(entities=frozenset(), channels=frozenset()))
    assert [fault.message for fault in caught.value.faults] == [
        "no detector finds CARD",
        "the configuration has no channel security",
    ]


def test_recording_needs_a_file_to_record_in() -> None:
    text = f"{HEAD}spec: {{default: deny, rules: [{{id: a, record: true}}]}}\n".encode()
    with pytest.raises(ConfigError, match=r"no recording\.file"):
        parse_policy(text, "p.yaml", Vocabulary(recording=False))
    for known in (Vocabulary(recording=True), Vocabulary()):
        assert parse_policy(text, "p.yaml", known).rules[0].obligations.record


def test_without_a_configuration_channels_are_not_checked() -> None:
    text = f"{HEAD}spec: {{default: deny, rules: [{{id: a, notify: [security]}}]}}\n"
    assert parse_policy(text.encode(), "p.yaml").rules[0].obligations.notify == {"security"}


def test_an_alias_in_a_policy_is_a_fault() -> None:
    assert faults(f"{HEAD}spec: {{default: &d deny, rules: [{{id: a, effect: *d}}]}}\n") == [
        "p.yaml:4:17: spec.rules.0.effect: aliases are not allowed: write the value out"
    ]
