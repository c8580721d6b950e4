"""`extproc kubernetes` and its subcommands: their options."""

import sys
from pathlib import Path
from typing import Annotated

import typer

kubernetes = typer.Typer(help="What runs in a cluster beside the sidecars.", no_args_is_help=True)


@kubernetes.command("injector")
def kubernetes_injector(
    config: Annotated[Path, typer.Option("--config", "-c", help="Configuration file of the injector (YAML).")],
) -> None:
    """Put the sidecar into pods: an HTTPS endpoint for admission reviews."""
    from extproc.cli.kubernetes_run import injector

    sys.exit(injector(config))


@kubernetes.command("policies")
def kubernetes_policies(
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder that the policies are written to.")],
    floor: Annotated[
        list[Path], typer.Option("--floor", help="Policy file or folder that each is checked against; may be repeated.")
    ],
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Configuration of the sidecar that is to load them.")
    ] = None,
    label: Annotated[
        str, typer.Option("--label", help="Label of the ConfigMaps, as NAME=VALUE.")
    ] = "mcp-extproc.io/policy=true",
    namespaces: Annotated[
        str | None, typer.Option("--namespaces", help="Only these namespaces, with commas between; by default all.")
    ] = None,
    max_bytes: Annotated[int, typer.Option("--max-bytes", min=1024, help="The largest policy of one namespace.")] = (
        131_072
    ),
    max_rules: Annotated[int, typer.Option("--max-rules", min=1, help="The most rules of one namespace.")] = 200,
    every: Annotated[
        float, typer.Option("--every", min=0.0, help="Seconds between two changes of the folder, at least.")
    ] = 2.0,
    health: Annotated[
        str, typer.Option("--health", help="Where probes and Prometheus ask, as host:port.")
    ] = "0.0.0.0:9466",
    service_account: Annotated[
        Path, typer.Option("--service-account", help="Folder with the token and the authority of the API server.")
    ] = Path("/var/run/secrets/kubernetes.io/serviceaccount"),
) -> None:
    """Collect the policies of namespaces for a central sidecar, each checked against the floor alone."""
    from extproc.cli.kubernetes_run import Wanted, policies

    sys.exit(
        policies(
            Wanted(
                output=output,
                floor=floor,
                config=config,
                label=label,
                namespaces=namespaces,
                max_bytes=max_bytes,
                max_rules=max_rules,
                every=every,
                health=health,
                service_account=service_account,
            )
        )
    )
