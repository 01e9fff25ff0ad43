"""Ranking: in which order several entries are tried where not the first that fits is shown, and how that is told."""

from collections.abc import Iterator, Sequence

from floorwalker.core.deciding.menu import Candidate
from floorwalker.core.decision import Explanation
from floorwalker.core.evaluation.explain import NEEDS_CONSENT
from floorwalker.core.evaluation.moment import Moment
from floorwalker.core.evaluation.words import number_words, share_words
from floorwalker.core.hashing import draw

FIRST, BEST, WEIGHTED = "first", "best", "weighted"


def ranked(candidates: Sequence[Candidate], choose: str, moment: Moment) -> Sequence[Candidate]:
    """The candidates in the order in which they are tried; the first that fits is the choice.

    best: the highest score first, those of equal score as they came. weighted: as the visitor's lots fall; those of
    weight 0 are left out, and without memory all are.
    """
    if choose == BEST:
        return sorted(candidates, key=lambda candidate: -points_of(candidate, moment))
    if choose == WEIGHTED:
        return _drawn(candidates, moment)
    return candidates


def points_of(candidate: Candidate, moment: Moment) -> float:
    """The entry's score now; of points that are not known, the least."""
    return 0.0 if candidate.score is None else candidate.score.points(moment)


def _drawn(candidates: Sequence[Candidate], moment: Moment) -> Sequence[Candidate]:
    profile = moment.profile
    if profile is None:
        return ()
    lots = [(draw(profile.seed, one.lot, one.weight), one) for one in candidates if one.weight > 0]
    return [one for _, one in sorted(lots, key=lambda lot: lot[0])]


def explain_rank(candidate: Candidate, choose: str, moment: Moment) -> Iterator[Explanation]:
    """What an entry brings into the choice, where that is not plain to see."""
    if choose == BEST and candidate.score is not None and candidate.score.segment:
        points = number_words(points_of(candidate, moment))
        yield Explanation(f"score: {candidate.score.segment}", f"{points} points", True)
    if choose == WEIGHTED and candidate.weight <= 0:
        yield Explanation("weight: 0", None, False)
    elif choose == WEIGHTED and moment.profile is None:
        yield Explanation(f"weight: {number_words(candidate.weight)}", NEEDS_CONSENT, None)


def explain_choice(fitting: Sequence[Candidate], choose: str, moment: Moment) -> Explanation:
    """Which entries fitted and who won. fitting: as they rank."""
    asked = f"choose: {choose}"
    if not fitting:
        unknown = choose == WEIGHTED and moment.profile is None
        return Explanation(asked, NEEDS_CONSENT if unknown else "nothing fits", None if unknown else False)
    if len(fitting) == 1:
        return Explanation(asked, f"only {fitting[0].title} fits", True)
    told = _scores if choose == BEST else _shares
    return Explanation(asked, told(fitting, moment), True)


def _scores(fitting: Sequence[Candidate], moment: Moment) -> str:
    scores = [points_of(candidate, moment) for candidate in fitting]
    words = ", ".join(f"{one.title} {number_words(score)}" for one, score in zip(fitting, scores, strict=True))
    if scores[0] == scores[1]:
        return f"{fitting[0].title} stands before others of the same score; of those that fit: {words}"
    return f"{fitting[0].title} has the highest score of those that fit: {words}"


def _shares(fitting: Sequence[Candidate], _: Moment) -> str:
    """What each has of all visitors for whom the same entries fit, in the order of the file."""
    total = sum(candidate.weight for candidate in fitting)
    in_order = sorted(fitting, key=lambda candidate: (len(candidate.place), candidate.place))
    words = ", ".join(f"{one.title} {share_words(one.weight / total)}" for one in in_order)
    return f"the lot fell on {fitting[0].title}; shares of those that fit: {words}"
