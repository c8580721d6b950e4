"""A finding inside a scan: before it is known where in the message it stands."""

from extproc.model.finding import Category
from extproc.model.value import value


@value
class Found:
    """A finding in one leaf, with the text that it is recognised by. It does not leave the scan."""

    category: Category
    entity: str
    detector: str
    start: int
    end: int
    score: float
    text: str

    def over(self, start: int, end: int) -> "Found":
        """Return the same finding over a wider part of the leaf."""
        return Found(
            category=self.category,
            entity=self.entity,
            detector=self.detector,
            start=start,
            end=end,
            score=self.score,
            text=self.text,
        )
