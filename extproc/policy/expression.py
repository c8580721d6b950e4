"""CEL conditions: compiled and type-checked when a policy is loaded, evaluated fail-closed. All of CEL is behind this.

Only a boolean is an answer. An error, a missing value, a value of another type and work beyond the engine's budget
are all MISSING, or OPEN where the expression asks for what is not known yet. The engine's own text about an error may
quote the message and goes nowhere.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from cel_expr_python import cel  # type: ignore[import-untyped]  # it has stubs, but does not say so (no py.typed)

from extproc.model.intent import Intent
from extproc.policy.expression_checks import Checked, Fault, check
from extproc.policy.expression_facts import (
    CONTENT,
    NAMESPACE,
    NARROW,
    TOPICS,
    VARIABLES,
    WIDE,
    content_of,
    data_of,
)
from extproc.policy.expression_functions import FUNCTIONS, GUARDS, in_cidr
from extproc.policy.expression_tree import Node, read, write
from extproc.policy.facts import Topic
from extproc.policy.question import Question, Truth

# An attribute of an enum class costs a look-up through its metaclass, and these are asked for every condition.
_TRUE: Final = Truth.TRUE
_FALSE: Final = Truth.FALSE
_MAX_LENGTH: Final = 4_096
# The budget is used up, or a value is none that CEL has.
_FAILED: Final = (RuntimeError, ValueError, OverflowError, OSError)


class ExpressionError(ValueError):
    """An expression that is refused; `line` and `column` count from 1, inside the expression."""

    def __init__(self, message: str, line: int, column: int) -> None:
        """Say what is refused."""
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True, eq=False)
class When:
    """A compiled expression. `uses` are the topics it asks for, `texts` the texts written in it.

    `constant` is its answer when that is the same whatever the question.
    """

    source: str
    uses: frozenset[Topic] = field(repr=False)
    texts: frozenset[str] = field(repr=False)
    constant: bool | None = field(repr=False)
    _program: cel.Expression = field(repr=False)
    _bounds: int = field(repr=False)
    _intent: bool = field(repr=False)

    def test(self, question: Question) -> Truth:
        """See `Condition`. With open topics an answer counts only if it is the same whatever they turn out to be."""
        activation = question.memo.get(self._bounds)
        try:
            found = self._program.eval(activation or _activation(question, self._bounds)).value()
        except _FAILED:
            found = None
        if found is True:
            return _TRUE
        if found is False:
            return _FALSE
        unknown = question.facts.open
        return Truth.MISSING if not unknown or self.uses.isdisjoint(unknown) else self._whatever(question)

    def _whatever(self, question: Question) -> Truth:
        """Answer for an open intent: as for each that it can be, when the answer is the same."""
        facts = question.facts
        if not self._intent or Topic.INTENT not in facts.open or not facts.intents:
            return Truth.OPEN
        answers = {self._for(question, intent) for intent in facts.intents}
        return answers.pop() if len(answers) == 1 else Truth.OPEN

    def _for(self, question: Question, intent: Intent) -> Truth:
        try:
            found = self._program.eval(_activation(question, self._bounds, intent)).value()
        except _FAILED:
            return Truth.OPEN
        return Truth.TRUE if found is True else Truth.FALSE if found is False else Truth.OPEN

    def __eq__(self, other: object) -> bool:
        """Compare by the text: the same text means the same."""
        return self.source == other.source if isinstance(other, When) else NotImplemented

    def __hash__(self) -> int:
        """Hash by the text."""
        return hash(self.source)

    def __str__(self) -> str:
        """See `Condition`."""
        return f"when {self.source}"


def compile_expression(source: str) -> When:
    """Compile and check an expression.

    Raises: `ExpressionError` for one that is too long, is not CEL, names what is not there, has wrong types, does not
    give a boolean, or compares what cannot be compared soundly (`expression_checks`).
    """
    if len(source) > _MAX_LENGTH:
        raise ExpressionError(f"the expression is longer than {_MAX_LENGTH:,} characters", 1, 1)
    try:
        first = _dialect().compile(source)
        if first.return_type() != cel.Type.BOOL:
            raise ExpressionError(f"the expression must give true or false, not {_words_of(first.return_type())}", 1, 1)
        tree = read(first.serialize())
        checked = _checked(tree)
        program = _engine().deserialize(write(tree))
    except Fault as fault:
        raise ExpressionError(fault.message, *_place(source, fault.offset)) from None
    except RecursionError:
        raise ExpressionError("the expression is nested too deeply", 1, 1) from None
    except RuntimeError as error:
        raise _refused(str(error)) from None
    return _when(source, program, checked)


def _checked(tree: Node) -> Checked:
    inner = tree.node(2)
    checked = check(inner if inner is not None else tree)
    for function, pattern, offset in checked.patterns:
        _check_pattern(function, pattern, offset)
    return checked


def _when(source: str, program: cel.Expression, checked: Checked) -> When:
    names = checked.names & VARIABLES.keys()
    try:
        alone = program.eval(_engine().Activation({})).value()
    except RuntimeError:
        alone = None
    return When(
        source,
        frozenset(TOPICS[name] for name in names if name in TOPICS),
        checked.texts,
        alone if isinstance(alone, bool) else None,
        program,
        NARROW if checked.loops or names.isdisjoint(CONTENT) else WIDE,
        "intent" in names,
    )


def _activation(question: Question, bounds: int, intent: Intent | None = None) -> cel.Activation:
    """Return the values for a question, made once: content that fits the narrow bounds is there for everybody."""
    key = bounds if intent is None else (bounds, intent)
    found = question.memo.get(key)
    if found is not None:
        return found
    data = data_of(question)
    if intent is not None:
        data["intent"] = intent
    content = content_of(question, NARROW)
    fits = content is not None
    if content is None and bounds == WIDE:
        content = content_of(question, WIDE)
    if content is not None:
        data.update(content)
    made = question.memo[key] = _engine().Activation(data)
    if fits:
        for other in (NARROW, WIDE):
            question.memo[other if intent is None else (other, intent)] = made
    return made


_SCALARS: Final = (cel.Type.BOOL, cel.Type.STRING, cel.Type.TIMESTAMP, cel.Type.DURATION)
_NUMBERS: Final = (cel.Type.INT, cel.Type.DOUBLE)
_NUMERIC: Final = tuple((one, other) for one in _NUMBERS for other in _NUMBERS)
_PAIRS: Final = (*((kind, kind) for kind in _SCALARS), *_NUMERIC)
# Conversions that read text as CEL does (" 500 ", "0x1f4", "inf"), or that hide a type from the checks.
_LEFT_OUT: Final = ("double", "int", "uint", "bool", "bytes", "string", "dyn", "type")
_COMPARISONS: Final = {
    "_==_": "equal",
    "_!=_": "unequal",
    "_<_": "less",
    "_<=_": "most",
    "_>_": "more",
    "_>=_": "least",
}


@lru_cache(maxsize=1)
def _dialect() -> cel.Env:
    """Return what expressions are checked against: CEL with numbers that compare whatever their type, and less else."""
    bool_ = cel.Type.BOOL
    decls = [
        cel.FunctionDecl(
            operator,
            [
                cel.Overload(f"{name}_{number}", bool_, [*pair])
                for number, pair in enumerate((*_PAIRS, (cel.Type.NULL, cel.Type.NULL)) if "=_" in operator else _PAIRS)
            ],
        )
        for operator, name in _COMPARISONS.items()
    ]
    members = [
        cel.Overload(f"in_list_{number}", bool_, [one, cel.Type.List(other)])
        for number, (one, other) in enumerate(_PAIRS)
    ]
    keys = cel.Overload("in_map", bool_, [cel.Type.STRING, cel.Type.Map(cel.Type.STRING, cel.Type.DYN)])
    decls.append(cel.FunctionDecl("@in", [*members, keys]))
    out = "".join(f'    - name: "{name}"\n' for name in (*_COMPARISONS, "@in", *_LEFT_OUT))
    config = cel.NewEnvConfigFromYaml(f"stdlib:\n  exclude_functions:\n{out}")
    return cel.NewEnv(config=config, variables=dict(VARIABLES), functions=[*FUNCTIONS, *decls])


@lru_cache(maxsize=1)
def _engine() -> cel.Env:
    """Return what expressions run in."""
    made = cel.NewEnv(variables=dict(VARIABLES), functions=[*FUNCTIONS, *GUARDS])
    # Until it has compiled something, an environment takes times and subclasses of str for values it does not know.
    made.compile("true")
    return made


def _check_pattern(function: str, pattern: str, offset: int) -> None:
    match function:
        case "matches":
            try:
                found = _engine().compile("server.matches(tool)").eval(data={"server": "", "tool": pattern}).value()
            except RuntimeError:
                found = None
            if not isinstance(found, bool):
                raise Fault("not a regular expression (RE2)", offset)
        case "in_cidr":
            try:
                in_cidr("::", pattern)
            except ValueError:
                raise Fault("not a network, as in 10.0.0.0/8", offset) from None
        case _:
            pass


_ERROR: Final = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): ([^\n]*)")
_HINTS: Final = (
    (re.compile(r"undeclared reference to '(?:double|int|uint)'"), ": write number(...)"),
    (re.compile(r"reserved identifier: namespace"), f": write {NAMESPACE}"),
    (re.compile(r"undeclared reference to 'string'"), ": write text(...)"),
    (re.compile(r"overload for '_[-+*/%]_' applied to '\((?:double, int|int, double)\)'"), ": write 1.0 for 1"),
)


def _refused(text: str) -> ExpressionError:
    """Read what the engine says of a source; it is about the policy, so it may be quoted."""
    found = _ERROR.search(text)
    if found is None:
        nested = "recursion" in text
        return ExpressionError("the expression is nested too deeply" if nested else "the expression is refused", 1, 1)
    line, column, message = max(int(found[1]), 1), max(int(found[2]), 1), found[3]
    message = re.sub(r" \(in container ''\)| expecting \{.*", "", message)
    if "recursion" in message:
        message = "the expression is nested too deeply"
    hint = next((hint for pattern, hint in _HINTS if pattern.search(message)), "")
    return ExpressionError(message + hint, line, column)


def _place(source: str, offset: int) -> tuple[int, int]:
    before = source[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _words_of(kind: cel.Type) -> str:
    return "a value of unknown type; write == true" if kind == cel.Type.DYN else str(kind.name()).lower()
