"""`extproc pins` and its subcommands: their options, and the state store they work on."""

import sys
from pathlib import Path
from typing import Annotated

import typer

pins = typer.Typer(
    help="List, compare and decide pinned definitions of tools; alone, print digests for `servers[].pins`.",
    no_args_is_help=False,
)
_State = Annotated[
    str | None, typer.Option("--state", help="State store: sqlite:///FILE, redis://HOST or rediss://HOST.")
]
_Config = Annotated[
    Path | None, typer.Option("--config", "-c", help="Configuration file whose state.url is the state store.")
]
_Server = Annotated[str, typer.Argument(help="Name of the server in the configuration.")]
_Tool = Annotated[str, typer.Argument(help="Name of the tool; @instructions for those of the server.")]
_ToolOrAll = Annotated[str | None, typer.Argument(help="Name of the tool; @instructions for those of the server.")]
_All = Annotated[bool, typer.Option("--all", help="Everything of the server that is pending.")]
_By = Annotated[str | None, typer.Option("--by", help="Who decides; by default the name of the login.")]
_Reason = Annotated[str | None, typer.Option("--reason", help="Why; it is kept with the decision.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_Lock = Annotated[Path, typer.Argument(help="Lockfile, mcp-tools.lock by custom.")]


@pins.callback(invoke_without_command=True)
def digests(context: typer.Context) -> None:
    """Without a subcommand, print the digest of each tool in a tools/list result on standard input."""
    from extproc.cli.pins import run

    if context.invoked_subcommand is None:
        sys.exit(run())


@pins.command("list")
def pins_list(
    *,
    state: _State = None,
    config: _Config = None,
    server: Annotated[str | None, typer.Option("--server", help="Only this server.")] = None,
    as_json: _Json = False,
) -> None:
    """Print every pin; exit code 1 when a listed definition is not an approved one."""
    from extproc.cli.pins_look import listing
    from extproc.cli.pins_store import on_store

    sys.exit(on_store(state, config, lambda store: listing(store, server=server, as_json=as_json)))


@pins.command("show")
def pins_show(
    server: _Server,
    tool: _Tool,
    *,
    state: _State = None,
    config: _Config = None,
    as_json: _Json = False,
) -> None:
    """Print the pin of a tool and its definition as it is listed now."""
    from extproc.cli.pins_look import show
    from extproc.cli.pins_store import on_store

    sys.exit(on_store(state, config, lambda store: show(store, server, tool, as_json=as_json)))


@pins.command("diff")
def pins_diff(
    server: _Server,
    tool: _Tool,
    *,
    state: _State = None,
    config: _Config = None,
    as_json: _Json = False,
) -> None:
    """Show what changed since a definition was approved; exit code 1 when it is not approved."""
    from extproc.cli.pins_look import differences
    from extproc.cli.pins_store import on_store

    coloured = sys.stdout.isatty()
    sys.exit(
        on_store(state, config, lambda store: differences(store, server, tool, as_json=as_json, coloured=coloured))
    )


@pins.command("approve")
def pins_approve(
    server: _Server,
    tool: _ToolOrAll = None,
    *,
    every: _All = False,
    state: _State = None,
    config: _Config = None,
    by: _By = None,
    reason: _Reason = None,
    digest: Annotated[
        str | None, typer.Option("--digest", help="Only this definition: its digest, or the first digits of it.")
    ] = None,
) -> None:
    """Approve what is listed now: of a tool, or with --all everything of a server that is pending."""
    from extproc.cli.pins_decide import approving
    from extproc.cli.pins_store import decider, on_store

    who = decider(by, reason)
    _one_or_all(tool, every=every)
    sys.exit(on_store(state, config, lambda store: approving(store, server, tool, who, digest=digest)))


@pins.command("reject")
def pins_reject(
    server: _Server,
    tool: _ToolOrAll = None,
    *,
    every: _All = False,
    state: _State = None,
    config: _Config = None,
    by: _By = None,
    reason: _Reason = None,
) -> None:
    """Reject what is listed now: of a tool, or with --all everything of a server that is pending."""
    from extproc.cli.pins_decide import rejecting
    from extproc.cli.pins_store import decider, on_store

    who = decider(by, reason)
    _one_or_all(tool, every=every)
    sys.exit(on_store(state, config, lambda store: rejecting(store, server, tool, who)))


@pins.command("forget")
def pins_forget(
    server: _Server,
    tool: _ToolOrAll = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Everything of the server.")] = False,
    state: _State = None,
    config: _Config = None,
) -> None:
    """Forget a tool, or with --all a server: what is listed next is seen for the first time."""
    from extproc.cli.pins_decide import forgetting
    from extproc.cli.pins_store import on_store

    _one_or_all(tool, every=every)
    sys.exit(on_store(state, config, lambda store: forgetting(store, server, tool)))


@pins.command("export")
def pins_export(*, state: _State = None, config: _Config = None) -> None:
    """Print a lockfile of what is approved."""
    from extproc.cli.pins_look import export
    from extproc.cli.pins_store import on_store

    sys.exit(on_store(state, config, export))


@pins.command("import")
def pins_import(
    lock: _Lock, *, state: _State = None, config: _Config = None, by: _By = None, reason: _Reason = None
) -> None:
    """Approve what is listed as a lockfile has it; exit code 1 when something in it is not listed so."""
    from extproc.cli.pins_decide import importing
    from extproc.cli.pins_store import decider, on_store_with_lock

    who = decider(by, reason)
    sys.exit(on_store_with_lock(lock, state, config, lambda store, read: importing(store, read, who)))


@pins.command("diff-lock")
def pins_diff_lock(lock: _Lock, *, state: _State = None, config: _Config = None, as_json: _Json = False) -> None:
    """Show in which tools a lockfile and what is listed differ; exit code 1 when there are any."""
    from extproc.cli.pins_look import against_lock
    from extproc.cli.pins_store import on_store_with_lock

    sys.exit(on_store_with_lock(lock, state, config, lambda store, read: against_lock(store, read, as_json=as_json)))


def _one_or_all(tool: str | None, *, every: bool) -> None:
    if (tool is None) == (not every):
        raise typer.BadParameter("name a tool, or give --all")
