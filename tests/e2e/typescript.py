"""Plays the stories of `scenarios` with the official TypeScript SDK, in a Node process.

    from tests.e2e import typescript
    seen = typescript.run(stack.url, "modern", ["list", "denied"], control=server.origin)
    assert seen["denied"]["isError"]

`legacy` and `modern` are SDK 2.x, `legacy-v1` is SDK 1.x, which knows no other era.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from tests.e2e.clients import PATIENCE_SECONDS
from tests.node import NodeScripts

Era = Literal["legacy", "modern", "legacy-v1"]

_SCRIPTS = NodeScripts(Path(__file__).parent / "typescript", "typescript")
_START_SECONDS = 20.0


def run(
    url: str, era: Era, names: Iterable[str], *, control: str | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, dict[str, Any]]:
    """Play the stories one after the other; `control` defaults to the origin of `url` (no proxy between)."""
    stories = list(names)
    parts = urlsplit(url)
    words = [url, era, "--control", control or f"{parts.scheme}://{parts.netloc}"]
    words += [word for name, value in (headers or {}).items() for word in ("--header", f"{name}:{value}")]
    output = _SCRIPTS.run("client.mjs", *words, *stories, seconds=_START_SECONDS + PATIENCE_SECONDS * len(stories))
    lines = [json.loads(line) for line in output.splitlines()]
    return {line["story"]: line["seen"] for line in lines}
