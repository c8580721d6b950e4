"""A recording of messages: a file of lines that only its owner can read."""

import os
from pathlib import Path

from extproc.model.message import JsonObject
from extproc.ports import PortError
from extproc.redact.apply import dump


class FileRecorder:
    """A `Recorder` that appends to one file, up to a size."""

    def __init__(self, path: Path, *, max_bytes: int) -> None:
        """Open the file, which is made with mode 0600. Raises: `OSError`."""
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._max_bytes = max_bytes

    def keep(self, line: JsonObject) -> None:
        """See `Recorder`."""
        data = dump(line) + b"\n"
        try:
            if os.fstat(self._file).st_size + len(data) > self._max_bytes:
                raise PortError("the recording is full")
            written = os.write(self._file, data)
        except OSError as error:
            raise PortError(f"the recording cannot be written: {error.strerror}") from None
        if written != len(data):
            raise PortError("the recording was cut short")

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


class NoRecorder:
    """A `Recorder` where none is configured: a rule that asks for a recording then refuses what it is about."""

    def keep(self, line: JsonObject) -> None:
        """See `Recorder`."""
        del line
        raise PortError("a rule asks for a recording, and no recording is configured")
