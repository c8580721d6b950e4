"""What `extproc envoy` does: renders, writes in one step, and asks Envoy for its opinion."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from extproc.config.faults import ConfigError
from extproc.envoy.addresses import OptionsError
from extproc.envoy.bootstrap import MissingEnvoyError
from extproc.envoy.profiles import PROFILES
from extproc.envoy.program import envoy_program
from extproc.envoy.render import render

_MODE: Final = 0o640


def listing() -> int:
    """Print the profiles."""
    width = max(map(len, PROFILES))
    for profile in PROFILES.values():
        print(f"{profile.name:<{width}}  {profile.summary}")
    return 0


def run(name: str, values: Path, changes: Sequence[str], *, output: Path | None, validate: bool) -> int:
    """Render a profile; return the exit code."""
    profile = PROFILES.get(name)
    if profile is None:
        print(f"no profile {name!r}; there are {', '.join(PROFILES)}", file=sys.stderr)
        return 1
    try:
        text = render(profile, values, changes)
        if validate:
            complaint = _complaint(text)
            if complaint is not None:
                print(complaint, file=sys.stderr)
                return 1
        if output is None:
            print(text, end="")
        else:
            _write(output, text)
    except OSError as problem:
        print(f"{output}: cannot be written: {problem.strerror}", file=sys.stderr)
        return 1
    except (ConfigError, OptionsError, MissingEnvoyError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _complaint(text: str) -> str | None:
    """Return what Envoy has against a configuration; the files it names must be there."""
    program = envoy_program()
    if not program.exists():
        return f"--check needs Envoy, and there is none at {program}"
    with tempfile.TemporaryDirectory(prefix="extproc-") as folder:
        file = Path(folder) / "envoy.yaml"
        file.write_text(text)
        command = [str(program), "--mode", "validate", "-c", str(file), "--disable-hot-restart", "--log-level", "error"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return None if done.returncode == 0 else f"Envoy refuses the configuration:\n{(done.stderr + done.stdout).strip()}"


def _write(output: Path, text: str) -> None:
    """Replace the file in one step, so that Envoy never reads half of it; its group may read it."""
    descriptor, temporary = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, _MODE)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        Path(temporary).replace(output)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
