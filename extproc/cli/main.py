"""The subcommands and their options; what they do stands in modules of their own, imported on use."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from extproc import __version__

app = typer.Typer(
    name="extproc",
    help="Read, judge and rewrite MCP traffic behind Envoy.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_File = Annotated[Path, typer.Option("--config", "-c", help="Configuration file (YAML).")]


@app.command()
def serve(config: _File) -> None:
    """Run the sidecar: serve Envoy's external processing on a socket."""
    from extproc.cli.serve import run

    run(config)


@app.command()
def check(files: Annotated[list[Path], typer.Argument(help="Configuration or policy files.")]) -> None:
    """Check files and print every fault with its line and column; exit code 1 when there is any."""
    from extproc.cli.check import run

    sys.exit(run(files))


@app.command()
def inspect(
    policy: Annotated[
        Path | None, typer.Option("--policy", "-p", help="Policy file; without one, all is allowed.")
    ] = None,
) -> None:
    """Judge messages offline: JSON Lines on standard input, one decision a line on standard output."""
    from extproc.cli.inspect import run

    sys.exit(run(policy))


@app.command()
def up(
    upstream: Annotated[
        str | None,
        typer.Option(help="MCP server to stand in front of (http or https URL); without one, a demo server."),
    ] = None,
    policy: Annotated[Path | None, typer.Option("--policy", "-p", help="Policy file.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the endpoint on 127.0.0.1 (8080, or a free one).")] = None,
) -> None:
    """Start Envoy and the sidecar in front of an MCP server, and stop both on Ctrl-C."""
    from extproc.cli.up import run

    sys.exit(run(upstream, policy, port))


@app.command()
def demo() -> None:
    """Show what is allowed, changed and refused, and why, on a running stack."""
    from extproc.cli.demo import run

    sys.exit(run())


holds = typer.Typer(help="List and resolve messages that wait for a decision.", no_args_is_help=True)
app.add_typer(holds, name="holds")
_Socket = Annotated[str, typer.Option("--socket", "-s", help="Control socket of the sidecar.")]


@holds.command("list")
def holds_list(socket: _Socket) -> None:
    """Print what is held now, one JSON line each."""
    from extproc.cli.holds import listing

    sys.exit(listing(socket))


@holds.command("release")
def holds_release(decision_id: str, socket: _Socket) -> None:
    """Let a held message go on."""
    from extproc.cli.holds import resolve

    sys.exit(resolve(socket, decision_id, release=True))


@holds.command("refuse")
def holds_refuse(decision_id: str, socket: _Socket) -> None:
    """Refuse a held message."""
    from extproc.cli.holds import resolve

    sys.exit(resolve(socket, decision_id, release=False))


@app.command()
def version() -> None:
    """Print the version."""
    print(f"mcp-extproc {__version__}")


def main() -> None:
    """Run the command line."""
    app()
