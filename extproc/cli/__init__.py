"""The command `extproc`: one module for each subcommand, imported when it is called."""

from extproc.cli.main import main

__all__ = ["main"]
