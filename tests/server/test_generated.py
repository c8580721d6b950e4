"""The generated code is what the protocol file makes."""

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["ext_proc_pb2.py", "ext_proc_pb2.pyi"])
def test_the_committed_code_is_generated_from_the_committed_file(name: str, tmp_path: Path) -> None:
    arguments = ["-Iproto", f"--python_out={tmp_path}", f"--pyi_out={tmp_path}", "extproc/_gen/ext_proc.proto"]
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *arguments], cwd=_ROOT, check=True)
    made = (tmp_path / "extproc" / "_gen" / name).read_text()
    assert made == (_ROOT / "extproc" / "_gen" / name).read_text(), "run `make proto`"
