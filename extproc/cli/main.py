"""The subcommands and their options; what they do stands in modules of their own, imported on use."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from extproc import __version__
from extproc.cli.envoy_app import app as envoy
from extproc.cli.kubernetes_app import kubernetes
from extproc.cli.pins_app import pins
from extproc.model.finding import Category

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
        Path | None, typer.Option("--policy", "-p", help="Policy file; without one, that named protection.")
    ] = None,
) -> None:
    """Judge messages offline: JSON Lines on standard input, one decision a line on standard output."""
    from extproc.cli.inspect import run

    sys.exit(run(policy))


@app.command()
def scan(  # noqa: PLR0917 - options of the command line
    sources: Annotated[list[str] | None, typer.Argument(help="Files, http(s) URLs, or - for standard input.")] = None,
    only: Annotated[
        list[Category] | None, typer.Option("--only", help="Report this category; may be given again.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON Lines; of a server one document.")] = False,  # noqa: FBT002 - an option
    colour: Annotated[bool | None, typer.Option(help="Colours; by default on a terminal.")] = None,
    ner: Annotated[  # noqa: FBT002 - an option
        bool, typer.Option("--ner", help="Look for names of persons in English prose, too; slow, and an extra.")
    ] = False,
    server: Annotated[str | None, typer.Option("--server", help="Vet the MCP server at this URL instead.")] = None,
    stdio: Annotated[str | None, typer.Option("--stdio", help="Vet the MCP server that this command starts.")] = None,
    header: Annotated[list[str] | None, typer.Option("--header", help="NAME:VALUE, sent to the server.")] = None,
    header_env: Annotated[
        list[str] | None, typer.Option("--header-env", help="NAME=VARIABLE: a header from the environment.")
    ] = None,
    against: Annotated[
        str | None, typer.Option("--against", help="The name of the server whose pins it is compared with.")
    ] = None,
    state: Annotated[str | None, typer.Option("--state", help="State store to compare with; it is only read.")] = None,
    lockfile: Annotated[Path | None, typer.Option("--lockfile", help="Lockfile to compare with.")] = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Configuration file to judge a server by.")
    ] = None,
    sarif: Annotated[Path | None, typer.Option("--sarif", help="Write SARIF of a server to this file, too.")] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds that a server has for all.")] = 30.0,
) -> None:
    """Find secrets, personal and financial data, or vet a server; exit code 1 on findings. Values are never printed."""
    if (server is not None) + (stdio is not None) + bool(sources) != 1:
        raise typer.BadParameter("name sources, or one of --server and --stdio")
    if sources and any((header, header_env, against, state, lockfile, config, sarif)):
        raise typer.BadParameter("this option is for --server and --stdio")
    if not sources and (only or ner):
        raise typer.BadParameter("--only and --ner are for sources")
    if sources:
        from extproc.cli.scan import run

        sys.exit(run(sources, only or list(Category), as_json=as_json, colour=colour, ner=ner))
    from extproc.cli.scan_server import Form, Wanted
    from extproc.cli.scan_server import run as vet

    wanted = Wanted(
        server=server,
        stdio=stdio,
        headers=header or (),
        headers_env=header_env or (),
        against=against,
        state=state,
        lockfile=lockfile,
        config=config,
        seconds=timeout,
    )
    sys.exit(vet(wanted, Form(as_json=as_json, sarif=sarif, colour=colour)))


app.add_typer(pins, name="pins")
app.add_typer(envoy, name="envoy")
app.add_typer(kubernetes, name="kubernetes")


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


policies = typer.Typer(help="Test, check, explain and compare policies.", no_args_is_help=True)
app.add_typer(policies, name="policy")
_Files = Annotated[list[Path], typer.Argument(help="Policy files, or folders of them: the layers of one policy.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@policies.command("test")
def policy_test(files: _Files, as_json: _Json = False) -> None:  # noqa: FBT002 - an option of the command line
    """Run the tests that stand in the files; exit code 1 when one fails."""
    from extproc.cli.policy_check import test

    sys.exit(test(files, as_json=as_json))


@policies.command("lint")
def policy_lint(
    files: _Files,
    inventory: Annotated[Path | None, typer.Option(help="Results of tools/list, as JSON or JSON Lines.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Notes count too.")] = False,  # noqa: FBT002
    as_json: _Json = False,  # noqa: FBT002
) -> None:
    """Find what cannot be meant, each with a message that shows it; exit code 1 on errors and warnings."""
    from extproc.cli.policy_check import check

    sys.exit(check(files, inventory, strict=strict, as_json=as_json))


@policies.command("explain")
def policy_explain(
    files: _Files,
    principal: Annotated[str | None, typer.Option(help="Who calls: a subject, or its members as JSON.")] = None,
    server: Annotated[str | None, typer.Option(help="The server it is for.")] = None,
    namespace: Annotated[str | None, typer.Option(help="The namespace it is in.")] = None,
    at: Annotated[str | None, typer.Option(help="When, with its offset: 2026-03-03T10:00:00+00:00.")] = None,
) -> None:
    """Tell every rule, which matched and why or why not, for a message on standard input."""
    from extproc.cli.policy_look import explained, given

    sys.exit(explained(files, given(principal=principal, server=server, namespace=namespace, at=at)))


@policies.command("diff")
def policy_diff(
    old: Annotated[Path, typer.Argument(help="The policy in force: a file, or a folder of layers.")],
    new: Annotated[Path, typer.Argument(help="The policy to come.")],
    messages: Annotated[Path, typer.Option("--messages", "-m", help="JSON Lines, as `extproc inspect` reads them.")],
    allow_looser: Annotated[bool, typer.Option("--allow-looser", help="Accept what loosens.")] = False,  # noqa: FBT002
    as_json: _Json = False,  # noqa: FBT002
) -> None:
    """Show which decisions on given messages change; exit code 1 when one loosens."""
    from extproc.cli.policy_look import differing

    sys.exit(differing(old, new, messages, allow_looser=allow_looser, as_json=as_json))


@policies.command("list")
def policy_list() -> None:
    """Print the policies that are ready to use."""
    from extproc.cli.policy_shipped import listing

    sys.exit(listing())


@policies.command("show")
def policy_show(name: str) -> None:
    """Print one of them, to be copied to a file."""
    from extproc.cli.policy_shipped import show

    sys.exit(show(name))


@app.command()
def health(
    address: Annotated[str, typer.Argument(help="unix:/path or host:port, as listen.address and health.address.")],
) -> None:
    """Ask a sidecar whether it serves; exit code 1 when it does not."""
    from extproc.cli.health import run

    sys.exit(run(address))


@app.command()
def version() -> None:
    """Print the version."""
    print(f"mcp-extproc {__version__}")


def main() -> None:
    """Run the command line."""
    app()
