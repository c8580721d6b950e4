"""The folder of collected policies: whole files, and nothing but those of namespaces."""

from pathlib import Path

import pytest

from extproc.config.policy_file import policy_paths
from extproc.kubernetes.folder import Folder


def test_files_are_exchanged_whole_and_remembered(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    folder.write("a", b"one")
    (tmp_path / "reader").hardlink_to(tmp_path / "out" / "a.yaml")
    folder.write("a", b"two")
    assert (tmp_path / "reader").read_bytes() == b"one"
    assert Folder(tmp_path / "out").read("a") == b"two"
    assert folder.namespaces() == ["a"]
    folder.remove("a")
    folder.remove("a")
    assert folder.namespaces() == []


def test_whoever_reads_policies_sees_no_other_files(tmp_path: Path) -> None:
    assert not Folder(tmp_path).complete
    folder = Folder(tmp_path)
    folder.completed()
    folder.write("b", b"")
    assert Folder(tmp_path).complete
    assert policy_paths(tmp_path) == [tmp_path / "b.yaml"]


def test_what_was_left_half_written_is_cleared_away_and_what_others_put_there_is_not(tmp_path: Path) -> None:
    (tmp_path / ".a.yaml.new").write_bytes(b"half")
    (tmp_path / "Read.me.yaml").write_bytes(b"")
    assert Folder(tmp_path).namespaces() == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Read.me.yaml"]


@pytest.mark.parametrize("name", ["", "..", "../a", "a/b", "A", "a.b"])
def test_what_is_no_namespace_has_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="name of a namespace"):
        Folder(tmp_path).write(name, b"")
