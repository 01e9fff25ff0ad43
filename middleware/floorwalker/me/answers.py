"""What the visitor's page answers where it is not the page itself, and what it says was done."""

from typing import Final

from msgspec import Struct


class Answer(Struct, frozen=True):
    """A short page: what is the matter, and what to do."""

    status: int
    title: str
    remedy: str


ELSEWHERE: Final = Answer(403, "That came from another site.", "Nothing was changed.")
TOO_LONG: Final = Answer(413, "That is too much at once.", "Nothing was changed. Go back, and write less.")
PREVIEW: Final = Answer(403, "This is a preview.", "Your own page is there again once you have left it.")
GONE: Final = Answer(
    200,
    "It is gone.",
    "What was kept about you here is erased, and so are your entries in the record of what happened. What remains is "
    "nobody’s: sums over all visitors. If you go on from here, you are somebody new.",
)
GONE_SOON: Final = Answer(
    202,
    "It will be gone.",
    "Your browser has forgotten who you were. What is kept about you cannot be reached just now; it is erased as soon "
    "as it can be, and nobody has to ask again.",
)
NOT_GONE: Final = Answer(
    503, "That did not work.", "It could not be erased just now, since too much waits already. Please try again later."
)
AWAY: Final = "What is kept about you cannot be reached just now. Nothing was changed; please try again in a moment."
NOTHING: Final = "Nothing is kept about you."
CHANGED: Final = "It is changed."
CHANGED_SOON: Final = "It is noted, and will be changed as soon as what is kept can be reached again."
