"""The implementations that the contract of a port is asked of."""

from collections.abc import Callable

import pytest

from extproc.ports import SessionStore
from extproc.stores.memory import MemorySessions

SESSION_STORES = [pytest.param(MemorySessions, id="memory")]
NewStore = Callable[[], SessionStore]
