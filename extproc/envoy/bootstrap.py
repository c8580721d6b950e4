"""Envoy's bootstrap from typed classes; the classes are in an extra and are imported only when asked for."""

import warnings
from typing import TYPE_CHECKING, Any

from extproc.envoy.options import BootstrapOptions

if TYPE_CHECKING:
    from envoy_data_plane.envoy.config.bootstrap.v3 import Bootstrap


class MissingEnvoyError(ImportError):
    """An optional part is not installed: Envoy itself, or the classes that its configuration is built of."""

    def __init__(self) -> None:
        super().__init__(
            "Envoy and its typed configuration are optional parts; install both: pip install 'mcp-extproc[envoy]', "
            "or only what renders a configuration: pip install 'mcp-extproc[render]'"
        )


def bootstrap_json(options: BootstrapOptions) -> str:
    """Return the bootstrap as Envoy reads it from a .json file."""
    return build(options).to_json(indent=2)


def bootstrap_plain(options: BootstrapOptions) -> dict[str, Any]:
    """Return the bootstrap as plain values under the names that Envoy's documentation has."""
    built = build(options)
    from betterproto2 import Casing  # noqa: PLC0415 - it comes with the classes

    return built.to_dict(casing=Casing.SNAKE)


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
