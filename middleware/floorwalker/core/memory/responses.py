"""Responses: which blocks were shown and clicked how often, and to which arms of which slots the visitor belongs."""

from collections.abc import Sequence

from msgspec import Struct, msgpack, structs

MOST_DAYS = 10  # of each block
MOST_BYTES = 1800  # of all blocks: about forty
MOST_EXPOSURE_BYTES = 1200  # of all exposures: about thirty

_encode = msgpack.Encoder().encode


class Daily(Struct, frozen=True, array_like=True, gc=False):
    """A count with its latest days. days: the site's day, count, day, count, …, oldest first; `last` in seconds."""

    total: int = 0
    last: int = 0
    days: tuple[int, ...] = ()

    def plus_one(self, *, at: int, day: int) -> "Daily":
        """One more, no earlier than the ones before."""
        if self.days and self.days[-2] >= day:
            days = (*self.days[:-1], self.days[-1] + 1)
        else:
            days = (*self.days, day, 1)[-2 * MOST_DAYS :]
        return Daily(self.total + 1, max(at, self.last), days)


class Response(Struct, frozen=True, array_like=True, gc=False):
    """What happened with one block. control: it would have been shown, and was held back for the comparison.

    visit, in_visit: how often in that visit. since: the counts are complete for what happened later.
    """

    block: str
    control: bool
    since: int = 0
    visit: int = 0
    in_visit: int = 0
    shown: Daily = Daily()
    clicked: Daily | None = None

    @property
    def last(self) -> int:
        """When something last happened with it."""
        return max(self.shown.last, self.clicked.last if self.clicked else 0)


class Exposure(Struct, frozen=True, array_like=True, gc=False):
    """The first time that this block of this slot came up for this visitor, in that arm. clicked: it was, once.

    promotion: which brought it; it has a control group of its own.
    """

    slot: str
    block: str
    arm: str
    at: int
    clicked: bool = False
    promotion: str = ""


class Showing(Struct, frozen=True, gc=False):
    """What one slot of a page showed, or held back in control. The texts are within NAME_BYTES.

    rules: the version of the rules that decided. promotion: which brought the block.
    """

    slot: str
    block: str
    arm: str
    rules: str = ""
    promotion: str = ""

    @property
    def comparison(self) -> str:
        """What its arms are told apart in: the slot, or within a promotion the slot and the promotion."""
        return f"{self.slot} promotion:{self.promotion}" if self.promotion else self.slot


class Responses(Struct, frozen=True, array_like=True, gc=False):
    """Blocks, the latest last; their names are within NAME_BYTES.

    lost: when a block was last shown or clicked that is forgotten.
    """

    blocks: tuple[Response, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    lost: int = 0

    def shown(self, block: str, *, control: bool, visit: int, at: int, day: int) -> "Responses":
        """With the block shown once more, or held back once more."""
        known = self._response(block, control=control)
        in_visit = known.in_visit + 1 if known.visit == visit else 1
        counted = known.shown.plus_one(at=at, day=day)
        return self._with(structs.replace(known, visit=visit, in_visit=in_visit, shown=counted))

    def clicked(self, block: str, *, at: int, day: int) -> "Responses":
        """With the block clicked once more."""
        known = self._response(block, control=False)
        return self._with(structs.replace(known, clicked=(known.clicked or Daily()).plus_one(at=at, day=day)))

    def exposed(self, exposure: Exposure) -> "Responses":
        """With a first exposure; the same responses when it is none, or no more can be kept."""
        if self.exposure(exposure.slot, exposure.block, exposure.arm):
            return self
        exposures = (*self.exposures, exposure)
        return self if len(_encode(exposures)) > MOST_EXPOSURE_BYTES else Responses(self.blocks, exposures, self.lost)

    def first_clicked(self, exposure: Exposure) -> "Responses":
        """With that exposure marked as clicked."""
        marked = structs.replace(exposure, clicked=True)
        exposures = tuple([marked if one == exposure else one for one in self.exposures])
        return Responses(self.blocks, exposures, self.lost)

    def exposure(self, slot: str, block: str, arm: str) -> Exposure | None:
        """The first exposure to this block in this slot and arm."""
        for one in self.exposures:
            if one.slot == slot and one.block == block and one.arm == arm:
                return one
        return None

    def arm(self, slot: str, promotion: str = "") -> str | None:
        """The arm in which this visitor first met the slot, or what that promotion brings there."""
        for one in self.exposures:
            if one.slot == slot and one.promotion == promotion:
                return one.arm
        return None

    def _response(self, block: str, *, control: bool) -> Response:
        for one in self.blocks:
            if one.block == block and one.control is control:
                return one
        return Response(block, control, since=self.lost)

    def _with(self, response: Response) -> "Responses":
        blocks = [one for one in self.blocks if one.block != response.block or one.control is not response.control]
        blocks.append(response)
        kept, lost = blocks_that_fit(blocks, self.lost)
        return Responses(kept, self.exposures, lost)


NONE = Responses()


def blocks_that_fit(blocks: Sequence[Response], lost: int) -> tuple[tuple[Response, ...], int]:
    """The latest of them for which there is room, and when the latest of all those was that ever had to go."""
    first = 0
    while len(_encode(blocks[first:])) > MOST_BYTES and len(blocks) - first > 1:
        lost = max(lost, blocks[first].last)
        first += 1
    return tuple(blocks[first:]), lost
