"""A comparison of this project with other tools over files of rows: which tools, on what machine, and what is kept."""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import orjson

from benchmarks.peers.catalogue import Tool
from benchmarks.peers.environments import NotInstalledError, interpreter

JsonObject: TypeAlias = dict[str, Any]


class Versioned(Protocol):
    """What a tool answered, of which only its versions count here."""

    @property
    def versions(self) -> dict[str, str]:
        """Return the versions of its packages."""


Measured: TypeAlias = Callable[[Path, dict[Tool, Path], argparse.Namespace], tuple[JsonObject, Mapping[str, Versioned]]]


def options_of(description: str) -> argparse.ArgumentParser:
    """Return what every comparison is told on its command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rows", type=Path, nargs="+", required=True, metavar="FILE", help="labelled JSON Lines")
    parser.add_argument("--tools", help="names divided by commas; all without it")
    parser.add_argument("--seconds", type=float, default=60.0, help="most time of one tool with one file (60)")
    parser.add_argument("--sample", type=int, help="take only so many rows of each file; writes no results")
    return parser


def compare(options: argparse.Namespace, every: Sequence[Tool], measured: Measured, results: Path) -> None:
    """Measure all files, print what each tool is, and keep the figures unless only a part was asked for."""
    started, before = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), machine()
    tools = installed(chosen(options.tools, every))
    files: list[JsonObject] = []
    versions: dict[str, dict[str, str]] = {}
    for path in options.rows:
        file, runs = measured(path, tools, options)
        files.append(file)
        versions |= {name: one.versions for name, one in runs.items()}
    known = legend(tools, versions)
    for tool in known:
        named = ", ".join(f"{name} {version}" for name, version in tool["versions"].items())
        print(f"- {tool['name']} ({named}): {tool['looks_for']}; {tool['used']}")
    print(f"\n{started}, load before {before['load_before']}, at most {options.seconds:.0f} s for each tool and file")
    if options.sample is None and options.tools is None:
        document = {"started": started, "machine": before, "seconds": options.seconds, "tools": known, "files": files}
        results.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")


def chosen(names: str | None, every: Sequence[Tool]) -> list[Tool]:
    """Return the tools of a list divided by commas, or all."""
    wanted = names.split(",") if names else [tool.name for tool in every]
    unknown = set(wanted) - {tool.name for tool in every}
    if unknown:
        sys.exit(f"no such tool: {', '.join(sorted(unknown))}; there are {', '.join(tool.name for tool in every)}")
    return [tool for tool in every if tool.name in wanted]


def installed(tools: Sequence[Tool]) -> dict[Tool, Path]:
    """Return the interpreter of each tool; one that does not install here is named and left out."""
    found = {}
    for tool in tools:
        try:
            found[tool] = interpreter(tool.group)
        except NotInstalledError as error:
            print(f"{tool.name} is left out: {error}", file=sys.stderr)
    return found


def machine() -> JsonObject:
    """Return what the figures were measured on, and how busy it was before."""
    return {
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def legend(tools: Iterable[Tool], versions: Mapping[str, dict[str, str]]) -> list[JsonObject]:
    """Return what each tool that was run is, and the versions of its packages."""
    return [
        {"name": tool.name, "looks_for": tool.looks_for, "used": tool.used, "versions": versions[tool.name]}
        for tool in tools
        if tool.name in versions
    ]
