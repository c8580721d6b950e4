"""What holds for the package as a whole: its shape, the mirror of its tests, and what a serving process loads."""

import ast
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

import pytest

_ROOT: Final = Path(__file__).parents[1]
_PACKAGE: Final = _ROOT / "extproc"
_MODULES: Final = sorted(path for path in _PACKAGE.rglob("*.py") if "_gen" not in path.parts)
_LINES: Final = 300

# Modules without a test module of their own, and the one that tests them.
_TESTED_BY: Final = {
    # composition: only real processes show whether the wiring is right
    "__main__.py": "e2e/test_operation.py",
    "app.py": "e2e/test_operation.py",
    # thin commands, tested through the command line that calls them
    "cli/check.py": "cli/test_main.py",
    "cli/demo.py": "e2e/test_up.py",
    "cli/inspect.py": "cli/test_main.py",
    "cli/kubernetes_app.py": "cli/test_kubernetes_run.py",
    "cli/serve.py": "cli/test_main.py",
    "cli/up.py": "e2e/test_up.py",
    # the demo is shown, not asked: its stack runs as a user runs it
    "demo/process.py": "e2e/test_up.py",
    "demo/server.py": "e2e/test_up.py",
    "demo/serving.py": "e2e/test_up.py",
    "demo/tour.py": "e2e/test_up.py",
    "detection.py": "config/test_detection_file.py",
    "threat_detection.py": "config/test_threats_file.py",
    "opinions.py": "config/test_threats_file.py",
    # what only real processes show, and what others build on
    "kubernetes/names.py": "kubernetes/test_pods.py",
    "kubernetes/resources.py": "kubernetes/test_api.py",
    "kubernetes/telemetry.py": "kubernetes/test_injector.py",
    "kubernetes/values.py": "kubernetes/test_pods.py",
    # values and protocols, which have no behaviour beyond what their makers and readers show
    "config/faults.py": "config/test_yaml.py",
    "config/vocabulary.py": "config/test_policy_file.py",
    "engine/held_back.py": "engine/test_seams.py",
    "engine/values.py": "engine/test_protection.py",
    "engine/state.py": "engine/test_exchange.py",
    "identity/fault.py": "identity/test_claims.py",
    "mcp/limits.py": "mcp/test_jsonrpc.py",
    "model/attested.py": "identity/test_presented.py",
    "model/decision.py": "pipeline/test_stages.py",
    "model/finding.py": "pipeline/test_search.py",
    "model/marks.py": "redact/test_operators.py",
    "model/intent.py": "classify/test_intent.py",
    "model/message.py": "mcp/test_jsonrpc.py",
    "model/principal.py": "engine/test_judging.py",
    "model/rejection.py": "mcp/test_jsonrpc.py",
    "model/value.py": "wire/test_machine.py",
    "model/passage.py": "threats/test_evidence.py",
    "model/standing.py": "engine/test_definitions.py",
    "sessions/steps.py": "sessions/test_correlator.py",
    "sessions/sink_words.py": "sessions/test_sinks.py",
    "threats/words.py": "threats/test_meaning.py",
    "threats/disguise.py": "threats/test_views.py",
    "pins/change.py": "pins/test_changes.py",
    "pipeline/definitions.py": "engine/test_definitions.py",
    "pipeline/standings.py": "engine/test_definitions.py",
    "pipeline/threats.py": "config/test_threats_file.py",
    "rehearsal/lines.py": "rehearsal/test_replay.py",
    "pipeline/context.py": "pipeline/test_stages.py",
    "pipeline/edits.py": "pipeline/test_search.py",
    "pipeline/inspection.py": "pipeline/test_stages.py",
    "ports/clock.py": "test_clock.py",
    "ports/errors.py": "engine/test_failmode.py",
    "ports/holds.py": "stores/test_memory.py",
    "ports/opinions.py": "stores/test_opinion_process.py",
    "ports/pins.py": "contract/test_pin_store.py",
    "ports/registry.py": "contract/test_server_registry.py",
    "ports/trails.py": "contract/test_trail_store.py",
    "stores/local_trails.py": "stores/test_trails.py",
    "stores/sqlite_entries.py": "stores/test_sqlite_backend.py",
    "stores/sqlite_writer.py": "stores/test_sqlite_backend.py",
    "stores/state_backend.py": "contract/test_state_backend.py",
    "stores/state_memory.py": "contract/test_state_backend.py",
    "ports/keys.py": "stores/test_key_stores.py",
    "ports/log.py": "telemetry/test_decisions.py",
    "ports/outbox.py": "telemetry/test_channels.py",
    "ports/tools.py": "stores/test_memory.py",
    "ports/vault.py": "stores/test_vault.py",
    "ports/sessions.py": "contract/test_session_store.py",
    "wire/answers.py": "wire/test_machine.py",
    "wire/commands.py": "wire/test_machine.py",
    "wire/events.py": "wire/test_machine.py",
    "wire/modes.py": "wire/test_machine.py",
    # a table, and the revisions that are entries of a catalogue
    "mcp/methods.py": "pipeline/test_eras.py",
    "mcp/versions/revision.py": "mcp/test_versions.py",
    "mcp/versions/v2024_11_05.py": "mcp/test_versions.py",
    "mcp/versions/v2025_03_26.py": "mcp/test_versions.py",
    "mcp/versions/v2025_06_18.py": "mcp/test_versions.py",
    "mcp/versions/v2025_11_25.py": "mcp/test_versions.py",
    "mcp/versions/v2026_07_28.py": "mcp/test_versions.py",
    # parts of the classifier, each seen through the messages, statements and commands that it is for
    "classify/catalogue.py": "classify/test_intent.py",
    "classify/destinations.py": "classify/test_intent.py",
    "classify/languages.py": "classify/test_intent.py",
    "classify/requests.py": "classify/test_intent.py",
    "classify/resources.py": "classify/test_intent.py",
    "classify/subject.py": "classify/test_intent.py",
    "classify/command.py": "classify/test_shell.py",
    "classify/command_lines.py": "classify/test_shell.py",
    "classify/commands.py": "classify/test_shell.py",
    "classify/programs.py": "classify/test_shell.py",
    "classify/special_commands.py": "classify/test_shell.py",
    "classify/transfers.py": "classify/test_shell.py",
    "classify/sql_reading.py": "classify/test_sql.py",
    "classify/sql_tables.py": "classify/test_sql.py",
    "classify/vocabulary.py": "classify/test_names.py",
    # parts of the scan
    "config/detectors_model.py": "config/test_detectors_file.py",
    "detect/detector.py": "detect/test_rules.py",
    "detect/found.py": "detect/test_overlap.py",
    "detect/named.py": "detect/test_scanner.py",
    "detect/passing.py": "detect/test_scanner.py",
    "detect/shapes.py": "detect/test_pattern.py",
    # parts of expressions and of questions
    "policy/expression_checks.py": "policy/test_expression.py",
    "policy/expression_facts.py": "policy/test_expression.py",
    "policy/question.py": "policy/test_cases.py",
    "config/policy_fields.py": "config/test_policy_model.py",
    # parts of a rehearsal: what a case says, and what lint finds
    "rehearsal/cases.py": "config/test_policy_cases.py",
    "rehearsal/contradictions.py": "rehearsal/test_lint.py",
    "rehearsal/findings.py": "rehearsal/test_lint.py",
    "rehearsal/messages.py": "rehearsal/test_samples.py",
    "rehearsal/situation.py": "config/test_policy_cases.py",
    "rehearsal/surroundings.py": "rehearsal/test_samples.py",
    "pipeline/aspects.py": "pipeline/test_eras.py",
    # the pieces of one configuration, which means something only whole
    "envoy/addresses.py": "envoy/test_options.py",
    "envoy/assembly.py": "envoy/test_bootstrap.py",
    "envoy/clusters.py": "envoy/test_bootstrap.py",
    "envoy/egress.py": "e2e/test_edges.py",
    "envoy/jwt.py": "envoy/test_bootstrap.py",
    "envoy/limits.py": "e2e/test_edges.py",
    "envoy/listener.py": "envoy/test_bootstrap.py",
    "envoy/probe.py": "e2e/test_edges.py",
    "envoy/processor.py": "envoy/test_bootstrap.py",
    "envoy/profiles.py": "envoy/test_configs.py",
    "envoy/program.py": "envoy/test_bootstrap.py",
    "envoy/replies.py": "up/test_stack.py",
    "envoy/typed.py": "envoy/test_bootstrap.py",
    "envoy/values_parts.py": "envoy/test_values.py",
    "cli/envoy_app.py": "cli/test_envoy_render.py",
    "up/launch.py": "up/test_stack.py",
    "up/ports.py": "up/test_stack.py",
    "up/probes.py": "up/test_stack.py",
}


def name(path: Path) -> str:
    return path.relative_to(_PACKAGE).as_posix()


def own_test(module: str) -> Path:
    folder, _, file = module.rpartition("/")
    return _ROOT / "tests" / folder / f"test_{file}"


@pytest.mark.parametrize("path", _MODULES, ids=name)
def test_every_module_opens_with_a_sentence_that_says_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring
    first = docstring.splitlines()[0]
    assert first.endswith((".", ":"))
    assert len(first.split()) > 3


@pytest.mark.parametrize("path", _MODULES, ids=name)
def test_no_module_outgrows_its_room(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= _LINES


@pytest.mark.parametrize("path", [path for path in _MODULES if path.name != "__init__.py"], ids=name)
def test_every_module_has_its_tests(path: Path) -> None:
    module = name(path)
    if own_test(module).exists():
        assert module not in _TESTED_BY
    else:
        assert (_ROOT / "tests" / _TESTED_BY[module]).exists()


def test_no_module_is_listed_that_is_not_there() -> None:
    assert set(_TESTED_BY) <= {name(path) for path in _MODULES}


def test_a_test_module_that_mirrors_none_says_what_it_is_about() -> None:
    """Beside the mirror there are tests with names of their own: of a contract, a property, the formats on the wire."""
    for path in (_ROOT / "tests").rglob("test_*.py"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def loaded_by(module: str) -> set[str]:
    """Return the names of all modules that importing one loads, in a process of its own."""
    code = f"import sys, {module}; print('\\n'.join(sys.modules))"
    return set(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split())


def test_a_serving_process_loads_nothing_of_envoys_configuration() -> None:
    loaded = loaded_by("extproc.app")
    roots = {module.partition(".")[0] for module in loaded}
    assert "extproc.server.servicer" in loaded
    assert roots.isdisjoint({"envoy_data_plane", "betterproto2", "grpclib", "udpa", "xds", "envoy", "validate", "mcp"})
    assert not {
        module for module in loaded if module.startswith(("extproc.envoy", "extproc.up", "extproc.demo", "extproc.cli"))
    }


def test_the_command_line_loads_what_a_command_needs_when_it_is_called() -> None:
    loaded = loaded_by("extproc.cli.main")
    assert not {module for module in loaded if module.startswith(("grpc", "pydantic", "extproc.engine", "extproc.app"))}


def test_the_stubs_of_other_projects_are_not_installed() -> None:
    """Two sets of messages under Envoy's own names in one process would clash."""
    assert "xds-protos" not in {(one.name or "").lower() for one in distributions()}


def test_only_the_server_knows_the_generated_messages() -> None:
    users = {name(path).partition("/")[0] for path in _MODULES if "extproc._gen" in path.read_text(encoding="utf-8")}
    assert users == {"server"}
