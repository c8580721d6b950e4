"""What docs/operations.md tells operators to do works as it stands there."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

from extproc.stores.sqlite_backend import SqliteBackend
from extproc.stores.state_backend import Kind, Place, kept
from extproc.telemetry.metrics import Metrics
from tests.contract.backends import Time

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operations.md").read_text()


def _block(kind: str) -> str:
    [text] = re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return str(text)


def test_the_documented_copy_of_a_state_file_is_whole_while_a_process_writes_to_it(tmp_path: Path) -> None:
    (tmp_path / "copy.py").write_text(_block("python copy"))
    pins = [Place(Kind.PINS, "crm", f"tool-{number}") for number in range(200)]

    async def copied() -> None:
        backend = await SqliteBackend.open(tmp_path / "state.db", Time(), None, busy=5.0)
        try:
            for pin in pins:
                await backend.put(pin, kept(pin.name.encode()), known=None)
            assert (tmp_path / "state.db-wal").stat().st_size > 0
            words = [sys.executable, "copy.py", "state.db", "copy.db"]
            await asyncio.to_thread(subprocess.run, words, cwd=tmp_path, check=True)
        finally:
            await backend.close()

    async def restored() -> list[bytes]:
        backend = await SqliteBackend.open(tmp_path / "copy.db", Time(), None, busy=5.0)
        try:
            return [there.data for pin in pins if (there := await backend.get(pin)) is not None]
        finally:
            await backend.close()

    asyncio.run(copied())
    assert asyncio.run(restored()) == [pin.name.encode() for pin in pins]


def test_the_documented_image_on_top_of_this_one_is_one_that_the_linter_accepts() -> None:
    text = _block("dockerfile").replace("sha256:…", "sha256:" + "0" * 64)
    words = [str(Path(sys.executable).with_name("hadolint")), "--no-color", "-"]
    done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
    assert (done.stdout + done.stderr, done.returncode) == ("", 0)


def test_every_metric_of_ours_that_is_a_signal_exists() -> None:
    names = {family.name.removesuffix("_total") for family in Metrics().registry.collect()}
    named = {name.removesuffix("_total") for name in re.findall(r"\bextproc_\w+", PAGE)}
    assert named - names == set()
    assert len(named) > 5


def test_every_alert_of_the_chart_is_explained_and_no_other() -> None:
    shipped = re.findall(r"^- alert: (\w+)", (ROOT / "helm/mcp-extproc/alerts.yaml").read_text(), re.MULTILINE)
    assert sorted(re.findall(r"^\| `(Mcp\w+)`", PAGE, re.MULTILINE)) == sorted(shipped)


def test_every_test_that_operation_and_the_threat_model_name_exists() -> None:
    text = PAGE + (ROOT / "docs/threat-model.md").read_text()
    named = set(re.findall(r"`(test_\w+)`", text))
    written = {name for path in ROOT.glob("tests/**/*.py") for name in re.findall(r"def (test_\w+)", path.read_text())}
    assert named - written == set()
    assert len(named) > 30
