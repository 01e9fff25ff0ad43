"""The condition `consent`: what the request tells of it, else what is remembered; never unknown."""

import pytest

from floorwalker.core.evaluation.evaluate import explain, holds, moment_at
from floorwalker.core.memory.kept.holdings import Consent
from floorwalker.core.memory.profile import Profile
from floorwalker.core.ruleset import Ruleset
from floorwalker.core.signals import Signals
from tests.core.evaluation.test_cases import ruleset_of

KNOWN = Profile(seed=1, consent=Consent(("analytics",)))
CASES: list[tuple[str, tuple[str, ...] | None, Profile | None, bool]] = [
    ("undecided", ("undecided",), None, True),
    ("undecided", ("undecided",), KNOWN, True),
    ("undecided", (), None, False),
    ("undecided", None, KNOWN, False),
    ("analytics", ("analytics", "tests"), None, True),
    ("analytics", None, KNOWN, True),
    ("analytics", ("undecided",), KNOWN, False),
    ("analytics", (), KNOWN, False),
    ("[personalization, tests]", ("analytics", "tests"), None, True),
    ("personalization", None, None, False),
]


@pytest.mark.parametrize(("asked", "said", "profile", "expected"), CASES)
def test_the_request_goes_before_the_record(
    asked: str, said: tuple[str, ...] | None, profile: Profile | None, expected: bool
) -> None:
    moment = moment_at(Ruleset(), profile, Signals(at=0.0, consent=said), 0.0)
    for written, answer in ((f"consent: {asked}", expected), (f"not: {{consent: {asked}}}", not expected)):
        asks = ruleset_of(written).segments["asked"].when
        assert asks is not None
        assert holds(asks, moment) is answer
        assert explain(asks, moment).holds is answer
