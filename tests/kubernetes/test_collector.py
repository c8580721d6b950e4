"""What stands for each namespace, through good and bad policies, restarts and new floors."""

import logging
from pathlib import Path

import pytest

from extproc.config.faults import ConfigError
from extproc.config.policy_file import load_policies
from extproc.config.vocabulary import NOTHING_INSTALLED
from extproc.kubernetes.collector import Collector
from extproc.kubernetes.documents import Caps
from extproc.kubernetes.folder import Folder
from extproc.kubernetes.telemetry import CollectorMetrics
from tests.kubernetes.policies import FLOOR, LOOSENING, config_map, policy, write_floor

OTHER = "{id: other, match: {tools: [other]}, effect: deny}"


class Desk:
    """A collector with its folder, which can be started again."""

    def __init__(self, tmp_path: Path) -> None:
        self.floor = write_floor(tmp_path)
        self.out = tmp_path / "out"
        self.start()

    def start(self) -> None:
        self.metrics = CollectorMetrics()
        self.collector = Collector(Folder(self.out), [self.floor], NOTHING_INSTALLED, self.metrics, Caps())

    def rules(self) -> dict[str, list[str]]:
        """Return the rules of each namespace, as a sidecar would load them all together."""
        if not [*self.out.glob("*.yaml")]:
            return {}
        policy_ = load_policies([self.floor, self.out])
        return {
            str(layer.scope): [rule.id.partition(".")[2] for rule in layer.rules]
            for layer in policy_.layers
            if layer.scope is not None
        }

    def states(self) -> dict[str, int]:
        found = {}
        for state in ("good", "kept", "denied"):
            value = self.metrics.registry.get_sample_value("extproc_namespace_policies", {"state": state})
            if value:
                found[state] = int(value)
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_each_namespace_has_what_its_team_wrote(desk: Desk) -> None:
    desk.collector.listed([config_map("a"), config_map("b", policy("b", OTHER))])
    assert desk.rules() == {"a": ["no-erase"], "b": ["other"]}
    assert desk.states() == {"good": 2}
    desk.collector.changed([config_map("a", policy("a", OTHER))])
    assert desk.rules() == {"a": ["other"], "b": ["other"]}


def test_a_loosening_leaves_the_last_good_one_and_touches_no_other(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.collector.listed([config_map("a"), config_map("b")])
    before = (desk.out / "b.yaml").stat().st_mtime_ns
    desk.collector.changed([config_map("a", policy("a", LOOSENING)), config_map("b")])
    assert desk.rules() == {"a": ["no-erase"], "b": ["no-erase"]}
    assert desk.states() == {"good": 1, "kept": 1}
    assert (desk.out / "b.yaml").stat().st_mtime_ns == before
    assert "namespace a is refused, its last good one stays:\na/mcp-extproc-policy/policy.yaml:6:7: yes-shell" in (
        caplog.text
    )
    desk.collector.changed([config_map("a", policy("a", OTHER))])
    assert (desk.rules()["a"], desk.states()) == (["other"], {"good": 2})


def test_where_nothing_good_ever_was_everything_is_denied(desk: Desk) -> None:
    desk.collector.listed([config_map("a", "{"), config_map("b")])
    assert desk.rules() == {"a": ["no-policy"], "b": ["no-erase"]}
    assert desk.states() == {"good": 1, "denied": 1}
    desk.collector.changed([config_map("a", "still bad")])
    assert desk.rules()["a"] == ["no-policy"]
    desk.collector.changed([config_map("a")])
    assert (desk.rules()["a"], desk.states()) == (["no-erase"], {"good": 2})


def test_a_policy_that_is_gone_leaves_the_floor(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.collector.listed([config_map("a"), config_map("b"), config_map("c", "{")])
    with caplog.at_level(logging.INFO):
        desk.collector.changed([], [config_map("a")])
    assert "namespace a has no policy any more" in caplog.text
    assert set(desk.rules()) == {"b", "c"}
    desk.collector.listed([config_map("b")])
    assert desk.rules() == {"b": ["no-erase"]}
    assert desk.states() == {"good": 1}


def test_after_a_restart_the_last_good_ones_are_there_before_the_server_answers(desk: Desk) -> None:
    desk.collector.listed([config_map("a"), config_map("b"), config_map("c", "{")])
    desk.collector.changed([config_map("a", policy("a", LOOSENING))])
    desk.start()
    assert desk.rules() == {"a": ["no-erase"], "b": ["no-erase"], "c": ["no-policy"]}
    assert desk.states() == {"kept": 2, "denied": 1}
    desk.collector.listed([config_map("a", policy("a", LOOSENING)), config_map("b"), config_map("c", "{")])
    assert desk.states() == {"good": 1, "kept": 1, "denied": 1}
    assert desk.rules()["a"] == ["no-erase"]


def test_what_happened_while_it_was_away_is_taken_in_from_the_list(desk: Desk) -> None:
    desk.collector.listed([config_map("a"), config_map("b")])
    desk.start()
    desk.collector.listed([config_map("b", policy("b", OTHER)), config_map("c")])
    assert desk.rules() == {"b": ["other"], "c": ["no-erase"]}


def test_a_list_of_one_namespace_says_nothing_of_others(desk: Desk) -> None:
    desk.collector.listed([config_map("a")], within="a")
    desk.collector.listed([config_map("b")], within="b")
    desk.collector.listed([], within="a")
    assert desk.rules() == {"b": ["no-erase"]}
    desk.collector.forget_others(["c"])
    assert desk.rules() == {}


def test_a_second_config_map_is_a_fault_until_one_is_gone(desk: Desk) -> None:
    desk.collector.listed([config_map("a")])
    desk.collector.changed([config_map("a", policy("a", OTHER), name="second")])
    assert (desk.rules(), desk.states()) == ({"a": ["no-erase"]}, {"kept": 1})
    desk.collector.changed([], [config_map("a")])
    assert (desk.rules(), desk.states()) == ({"a": ["other"]}, {"good": 1})


STRICTER = FLOOR.replace("tools: [shell]", "tools: [shell, ask]")
ASKING = "{id: asks, match: {tools: [ask]}, effect: allow}"


def test_a_stricter_floor_ends_what_it_does_not_bear_and_nothing_else(desk: Desk) -> None:
    desk.collector.listed([config_map("a", policy("a", ASKING)), config_map("b")])
    assert desk.states() == {"good": 2}
    write_floor(desk.floor.parent, STRICTER)
    desk.collector.floor_changed()
    assert desk.rules() == {"a": ["no-policy"], "b": ["no-erase"]}
    write_floor(desk.floor.parent)
    desk.collector.floor_changed()
    assert desk.rules() == {"a": ["asks"], "b": ["no-erase"]}


def test_a_stricter_floor_that_only_fails_a_test_leaves_the_last_good_one(desk: Desk) -> None:
    expects = "tests:\n  - {name: t, given: {tool: ask, namespace: a}, expect: {outcome: allow}}\n"
    desk.collector.listed([config_map("a", policy("a", tests=expects))])
    assert desk.states() == {"good": 1}
    write_floor(desk.floor.parent, STRICTER)
    desk.collector.floor_changed()
    assert (desk.rules(), desk.states()) == ({"a": ["no-erase"]}, {"kept": 1})


def test_a_stricter_floor_ends_what_was_kept_over_a_restart(desk: Desk) -> None:
    desk.collector.listed([config_map("a", policy("a", ASKING)), config_map("b")])
    write_floor(desk.floor.parent, STRICTER)
    desk.start()
    assert desk.rules() == {"a": ["no-policy"], "b": ["no-erase"]}
    desk.collector.floor_changed()
    assert desk.rules() == {"a": ["no-policy"], "b": ["no-erase"]}


def test_a_floor_with_faults_changes_nothing_and_at_the_start_is_an_error(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.collector.listed([config_map("a")])
    write_floor(desk.floor.parent, "{")
    desk.collector.floor_changed()
    assert "the former one counts" in caplog.text
    desk.collector.changed([config_map("b")])
    assert sorted(path.stem for path in desk.out.glob("*.yaml")) == ["a", "b"]
    with pytest.raises(ConfigError):
        desk.start()


def test_a_policy_that_clashes_only_with_another_layer_of_the_floor_is_its_own_teams_fault(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    clashing = policy("z", "{id: a.no-erase, effect: deny}", name="z.values")
    (tmp_path / "values.yaml").write_text(clashing)
    desk.collector = Collector(
        Folder(desk.out), [desk.floor, tmp_path / "values.yaml"], NOTHING_INSTALLED, desk.metrics, Caps()
    )
    desk.collector.listed([config_map("a"), config_map("b")])
    assert desk.states() == {"good": 1, "denied": 1}
    assert sorted(path.stem for path in desk.out.glob("*.yaml")) == ["a", "b"]


def test_a_disk_that_takes_nothing_is_tried_again(desk: Desk) -> None:
    desk.collector.listed([config_map("a")])
    (desk.out / ".b.yaml.new").mkdir()
    with pytest.raises(OSError, match="directory"):
        desk.collector.changed([config_map("b")])
    (desk.out / ".b.yaml.new").rmdir()
    desk.collector.again()
    assert desk.rules() == {"a": ["no-erase"], "b": ["no-erase"]}


def test_it_is_complete_when_it_says_so_and_stays_it(desk: Desk) -> None:
    assert not desk.collector.complete
    desk.collector.completed()
    desk.start()
    assert desk.collector.complete
