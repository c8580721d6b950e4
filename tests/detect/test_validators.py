"""Whatever fits the pattern of a detector or the form of a member is judged without failing."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extproc.config.detectors_file import shipped_files
from extproc.detect.personal import members
from tests.detecting import detection

_DETECTORS = [one for file in shipped_files() for one in file.detectors]
_ASCII = st.characters(max_codepoint=126)
_LABELS = st.sampled_from(("", "DOB: ", "phone: ", "card number=", "id ", "tax id: ", "passport no ", "VIN "))


@st.composite
def _fitting(draw: st.DrawFn) -> str:
    detector = draw(st.sampled_from(_DETECTORS))
    pattern = detector.pattern.replace("(?i:", "(?:")
    return draw(_LABELS) + draw(st.from_regex(pattern, fullmatch=True))


@settings(max_examples=400, derandomize=True, deadline=None)
@given(text=_fitting())
def test_what_fits_a_pattern_is_judged(text: str) -> None:
    for finding in detection().scanner.scan({"text": text}).findings:
        assert 0 < finding.score <= 1


@st.composite
def _member(draw: st.DrawFn) -> tuple[str, str]:
    member = draw(st.sampled_from(members._MEMBERS))
    return draw(st.from_regex(member.names, alphabet=_ASCII)), draw(st.from_regex(member.form, fullmatch=True))


@settings(max_examples=600, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(member=_member())
def test_what_has_the_form_of_a_personal_member_is_judged(member: tuple[str, str]) -> None:
    name, text = member
    for finding in detection().scanner.scan({name: text, "note": f"{name}: {text}"}).findings:
        assert 0 < finding.score <= 1
