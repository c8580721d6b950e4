"""`extproc serve`: run the sidecar from a configuration file."""

import sys
from pathlib import Path

from extproc.config.faults import ConfigError
from extproc.config.settings_file import load_config


def run(path: Path) -> None:
    """Load the configuration and serve; a bad file ends the command with every fault and exit code 2."""
    try:
        config = load_config(path)
        from extproc.app import serve

        serve(config, path.absolute().parent)
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
