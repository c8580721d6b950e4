"""The whole judgement of this project as an adapter: `extproc inspect` without its process."""

from benchmarks.peers.threat_adapters import Adapter, Asked, Said
from extproc.cli.policy_shipped import protection
from extproc.config.policy_file import load_policies
from extproc.detection import installed
from extproc.offline import Inspector
from extproc.threats.texts import texts_of


def adapter() -> Adapter:
    """Return the engine with the policy and the detectors that are shipped, for its time.

    What it says of a row here is only how strong a hint its first judgement of the texts is, were it no finding: a
    second opinion is asked for where there is one.
    """
    known = installed()
    inspector = Inspector(load_policies([protection()], known), known.detection)

    threats = known.detection.threats if known.detection is not None else None

    def judge(row: Asked) -> Asked:
        for line in row["lines"]:
            inspector.line(line.encode())
        return row

    def answer(row: Asked) -> Said:
        if threats is None:
            return False, 0.0
        texts = [one.text for text in row["texts"] for one in texts_of(text)]
        passages = threats.speech.responses.judge([((at,), text) for at, text in enumerate(texts)], names=frozenset())
        return False, max((one.score for one in passages), default=0.0)

    return Adapter(packages=("mcp-extproc", "hyperscan"), judge=judge, answer=answer)
