"""Property tests repeat the same examples in every run and are not timed; what deploys is told apart from the rest."""

from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

_HERE: Final = Path(__file__).parent
# `make test-deployment` runs these, `make test` the others.
_DEPLOYMENT: Final = tuple(
    _HERE / path
    for path in ("helm", "k8s", "kubernetes", "e2e/test_behind_edges.py", "e2e/test_edges.py", "e2e/test_namespaces.py")
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what shows charts, manifests, edges and what runs beside sidecars in a cluster."""
    for item in items:
        if any(item.path.is_relative_to(path) for path in _DEPLOYMENT):
            item.add_marker(pytest.mark.deployment)
