"""Sessions told in a few lines: calls are judged, written down and answered as a running service does it."""

from dataclasses import dataclass, field
from hashlib import blake2b

from extproc.classify.intent import classify
from extproc.config.chains_file import load_chains
from extproc.model.finding import Category, Finding
from extproc.model.message import JsonValue, Request
from extproc.model.passage import Passage, Sign
from extproc.sessions.correlator import Correlator
from extproc.sessions.steps import CallStep, Chain, ResultStep
from extproc.sessions.trail import EMPTY, Trail

KEY = b"k" * 32
INSIDE = frozenset({"corp.example"})
CORRELATOR = Correlator(KEY, INSIDE, load_chains())
AT = ("content", 0, "text")


def call_of(
    tool: str, arguments: dict[str, JsonValue], *, server: str = "one", findings: tuple[Finding, ...] = ()
) -> CallStep:
    """Return a call with its class, as the pipeline makes it."""
    params: dict[str, JsonValue] = {"name": tool, "arguments": arguments}
    request = Request(id=1, method="tools/call", params=params, document={})
    return CallStep(
        server=server,
        tool=tool,
        arguments=arguments,
        classification=classify(request, None, inside=INSIDE),
        findings=findings,
    )


def finding_of(text: str, value: str, category: Category = Category.SECRET, entity: str = "github_token") -> Finding:
    """Return the finding of a value in the text of a result."""
    start = text.index(value)
    return Finding(
        category=category,
        entity=entity,
        detector="test",
        pointer=AT,
        start=start,
        end=start + len(value),
        score=0.9,
        fingerprint=blake2b(f"{entity}:{value}".encode(), digest_size=8).hexdigest(),
    )


def passage_of(text: str, part: str, score: float = 0.9, family: str = "reader") -> Passage:
    """Return a passage with one sign of a family."""
    start = text.index(part)
    end = start + len(part)
    return Passage(
        pointer=AT, start=start, end=end, score=score, signs=(Sign(code="x", family=family, start=start, end=end),)
    )


@dataclass
class Story:
    """One session. `now` goes on by itself."""

    correlator: Correlator = CORRELATOR
    trail: Trail = EMPTY
    now: float = 1_000_000.0
    number: int = field(default=0)

    def call(
        self,
        tool: str,
        arguments: dict[str, JsonValue],
        *,
        server: str = "one",
        refused: bool = False,
        findings: tuple[Finding, ...] = (),
    ) -> tuple[Chain, ...]:
        """Judge a call and write it down; its decision id is its number, from `1` on."""
        self.number += 1
        self.now += 2.0
        reading = self.correlator.read(call_of(tool, arguments, server=server, findings=findings))
        chains = self.correlator.judge(self.trail, reading, now=self.now)
        self.trail = self.correlator.with_call(
            self.trail, reading, refused=refused, decision_id=str(self.number), now=self.now, chains=chains
        )
        return chains

    def result(
        self,
        text: str,
        *,
        server: str = "one",
        findings: tuple[Finding, ...] = (),
        passages: tuple[Passage, ...] = (),
        untrusted: bool = True,
    ) -> None:
        """Write down what the last call brought back."""
        self.now += 1.0
        result = ResultStep(
            server=server,
            tool="any",
            decision_id=str(self.number),
            texts=((AT, text),),
            findings=findings,
            passages=passages,
            untrusted=untrusted,
        )
        self.trail = self.correlator.with_result(self.trail, result, self.now)


def ids(chains: tuple[Chain, ...]) -> set[str]:
    """Return the ids of chains."""
    return {chain.id for chain in chains}
