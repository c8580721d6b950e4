"""A judge of a few lines behind the protocol of second opinions, with the ways in which a judge can go wrong."""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from extproc.stores.opinion_worker import serve


class Tiny:
    """Objects to a word, and breaks, dies or hangs at others."""

    def score(self, text: str) -> float:
        if "breaks" in text:
            raise ValueError(text)
        if "dies" in text:
            os._exit(3)
        while "hangs" in text:
            time.sleep(60)
        if "variables" in text:
            return len(os.environ) / 1000
        return 2.0 if "evil" in text else len(text) / 1000


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a TextIO only in name
    print('"ready"' if "refuse" not in sys.argv else '"ModuleNotFoundError"', flush=True)
    serve(Tiny(), sys.stdin, sys.stdout)
