"""What a message names, turned round: the rule is about every server, tool, prompt or resource but these."""

from dataclasses import dataclass
from enum import StrEnum

from extproc.policy.globs import Globs
from extproc.policy.question import Aspect, Question, Truth


class Part(StrEnum):
    """What a message names."""

    SERVER = "server"
    METHOD = "method"
    TOOL = "tool"
    PROMPT = "prompt"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True)
class OtherThan:
    """The message names something of this part, and nothing that fits the globs.

    A message that names nothing of the part is not meant, as with the globs of a rule: all tools but one are tools.
    """

    part: Part
    globs: Globs

    def test(self, question: Question) -> Truth:
        """See `Condition`. A method is known by several names in the two eras, and none of them may fit."""
        names = named(question.aspect, self.part)
        return Truth.TRUE if names and not any(map(self.globs.fit, names)) else Truth.FALSE

    def __str__(self) -> str:
        """See `Condition`."""
        return f"{self.part} is other than {self.globs}"


def named(aspect: Aspect, part: Part) -> frozenset[str]:
    """Return what an aspect names of a part."""
    match part:
        case Part.SERVER:
            return frozenset((aspect.server,))
        case Part.METHOD:
            return aspect.methods
        case Part.TOOL:
            name = aspect.tool
        case Part.PROMPT:
            name = aspect.prompt
        case Part.RESOURCE:
            name = aspect.resource
    return frozenset() if name is None else frozenset((name,))
