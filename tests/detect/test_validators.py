"""Whatever fits the pattern of a detector or the form of a member is judged without failing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from extproc.config.detectors_file import shipped_files
from tests.detecting import detection

_DETECTORS = [one for file in shipped_files() for one in file.detectors]
_LABELS = st.sampled_from(("", "DOB: ", "phone: ", "card number=", "id ", "tax id: ", "passport no ", "VIN "))
_NAMES = ("dob", "birthDate", "ssn", "npi", "routing_number", "account_no", "lat", "mac", "phone", "email", "address")
_DIGITS = st.text(alphabet="0123456789 -./()+,:X", min_size=1, max_size=24)


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


@settings(max_examples=300, derandomize=True, deadline=None)
@given(name=st.sampled_from(_NAMES), text=_DIGITS)
def test_whatever_stands_under_a_personal_name_is_judged(name: str, text: str) -> None:
    for finding in detection().scanner.scan({name: text, "note": f"{name}: {text}"}).findings:
        assert 0 < finding.score <= 1
