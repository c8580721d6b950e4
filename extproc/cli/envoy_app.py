"""`extproc envoy`: the profiles of Envoy's configuration, listed and rendered."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Build Envoy's configuration from a profile and its values.", no_args_is_help=True)


@app.command()
def profiles() -> None:
    """Print the profiles, and what each is for."""
    from extproc.cli.envoy_render import listing

    sys.exit(listing())


@app.command()
def render(
    profile: Annotated[str, typer.Option("--profile", "-p", help="Name of the profile.")],
    values: Annotated[Path, typer.Option("--values", "-f", help="YAML file with its values.")],
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A value over the file's; may be repeated.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; else it is printed.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Have Envoy itself validate it.")] = False,  # noqa: FBT002
) -> None:
    """Build a configuration and print it as YAML; exit code 1 when the values or Envoy object."""
    from extproc.cli.envoy_render import run

    sys.exit(run(profile, values, changes or (), output=output, validate=check))
