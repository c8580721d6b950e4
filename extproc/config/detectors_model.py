"""The shape of a file of detectors."""

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from extproc.config.model import Strict, enum
from extproc.detect.detector import Detector
from extproc.detect.pattern import PatternError, read_pattern
from extproc.detect.shapes import UNBOUNDED, Shape
from extproc.model.finding import Category

_REACH: Final = 400
_MAX_REACH: Final = 8192

_CategoryWord = Annotated[Category, enum(Category)]
_Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
_Entity = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
_Text = Annotated[str, Field(min_length=1, max_length=8192)]
_Words = Annotated[list[_Text], Field(default_factory=list)]
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ValuesModel(Strict):
    """Exact values, as the digests of a salt and each of them."""

    salt: Annotated[str, Field(min_length=8, max_length=200)]
    sha256: Annotated[list[_Sha256], Field(min_length=1, max_length=1_000_000)]


class TestsModel(Strict):
    """Texts in which the detector finds something, and texts in which it does not."""

    __test__ = False

    found: Annotated[list[str], Field(default_factory=list)]
    clean: Annotated[list[str], Field(default_factory=list)]


class DetectorModel(Strict):
    """One detector: a pattern, a list of words, or exact values with the pattern of what may be one."""

    id: _Id
    entity: _Entity
    category: _CategoryWord | None = None
    pattern: _Text | None = None
    words: Annotated[list[_Text], Field(min_length=1, max_length=50_000)] | None = None
    values: ValuesModel | None = None
    group: Annotated[int, Field(ge=0, le=9)] = 0
    bare: bool = False
    ignore_case: bool = False
    keywords: _Words
    entropy: Annotated[float, Field(ge=0, le=8)] = 0.0
    context: _Words
    context_required: bool = False
    validator: str | None = None
    score: Annotated[float, Field(gt=0, le=1)] = 0.9
    reach: Annotated[int, Field(ge=1, le=_MAX_REACH)] = _REACH
    source: str = ""
    tests: Annotated[TestsModel, Field(default_factory=TestsModel)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.words is None) == (self.pattern is None):
            raise ValueError("give either a pattern or a list of words")
        if self.values is not None and (self.pattern is None or self.validator is not None):
            raise ValueError("exact values need the pattern of what may be one, and are their own validator")
        if self.context_required and not self.context:
            raise ValueError("context_required without words in context")
        wrong = [word for word in self.keywords if word != word.lower()]
        if wrong:
            raise ValueError("keywords are in lower case")
        self.shape()
        return self

    def searched(self) -> str:
        """Return the pattern; words are alternatives, the longer before those that they begin with."""
        if self.words is None:
            return self.pattern or ""
        return "|".join(map(_escaped, sorted(set(self.words), key=lambda word: (-len(word), word))))

    def shape(self) -> Shape:
        """Return what the pattern matches. Raises: `ValueError` when it is outside the syntax."""
        try:
            shape = read_pattern(self.searched(), ignore_case=self.ignore_case)
        except PatternError as error:
            raise ValueError(f"pattern: {error}") from None
        if shape.least > self.reach:
            raise ValueError(f"pattern: it matches nothing of at most {self.reach} characters, which is its reach")
        return shape

    def detector(self, category: Category, *, linear: bool) -> Detector:
        """Return the value of it."""
        shape = self.shape()
        return Detector(
            id=self.id,
            entity=self.entity,
            category=self.category or category,
            pattern=self.searched(),
            group=self.group,
            bare=self.bare,
            ignore_case=self.ignore_case,
            keywords=tuple(self.keywords),
            entropy=self.entropy,
            context=tuple(self.context),
            context_required=self.context_required,
            validator=self.validator if self.values is None else values_name(self.id),
            score=self.score,
            reach=self.reach if shape.most == UNBOUNDED else min(self.reach, shape.most),
            source=self.source,
            linear=linear and shape.words is None,
        )


class FileModel(Strict):
    """One file of detectors."""

    category: _CategoryWord = Category.CUSTOM
    detectors: Annotated[list[DetectorModel], Field(min_length=1)]


def values_name(detector: str) -> str:
    """Return the name of the validator that knows a detector's exact values."""
    return f"values:{detector}"


def _escaped(word: str) -> str:
    return "".join(one if one.isalnum() or not one.isascii() else f"\\x{ord(one):02x}" for one in word)
