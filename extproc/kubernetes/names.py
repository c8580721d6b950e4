"""The labels and annotations of pods and ConfigMaps, and the variables that differ from pod to pod."""

from typing import Final

PREFIX: Final = "mcp-extproc.io/"
INJECT: Final = f"{PREFIX}inject"  # label: "true" asks for the sidecar, "false" to be left out
INJECTED: Final = f"{PREFIX}injected"  # label that the injector sets
TEMPLATE: Final = f"{PREFIX}template"  # annotation that the injector sets: the digest of its template
SERVER: Final = f"{PREFIX}server"  # annotations that a pod may have
PORT: Final = f"{PREFIX}port"
PATH: Final = f"{PREFIX}path"
POLICY: Final = f"{PREFIX}policy"  # label of ConfigMaps that the collector reads

SERVER_VARIABLE: Final = "MCP_EXTPROC_SERVER"
PORT_VARIABLE: Final = "MCP_EXTPROC_PORT"
PATH_VARIABLE: Final = "MCP_EXTPROC_PATH"
VARIABLES: Final = (SERVER_VARIABLE, PORT_VARIABLE, PATH_VARIABLE)
