"""Responses: which blocks were shown and clicked how often, and to which arms of which slots the visitor belongs."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, msgpack, structs

from floorwalker.core.decision import Arm, Keeper

MOST_DAYS = 10  # of each block
MOST_BYTES = 1800  # of all blocks: about forty
_MOST_OF_ONE = 330  # of these bytes
MOST_TRACES = 32  # bytes: of 8 orders, of what one exposure is credited with

_HELD_BACK = Arm.CONTROL.value  # plain texts are compared three times as fast
_encode = msgpack.Encoder().encode


class Daily(Struct, frozen=True, array_like=True, gc=False):
    """A count with its latest days. days: the site's day, count, day, count, …, oldest first; `last` in seconds."""

    total: int = 0
    last: int = 0
    days: tuple[int, ...] = ()

    def plus_one(self, *, at: int, day: int) -> "Daily":
        """One more, no earlier than the ones before."""
        days = self.days
        if days and days[-2] >= day:
            days = (*days[:-1], days[-1] + 1)
        else:
            days = (*days, day, 1)[-2 * MOST_DAYS :]
        return Daily(self.total + 1, at if at > self.last else self.last, days)


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

    def shown_once_more(self, *, visit: int, at: int, day: int) -> "Response":
        """With one more time that it was shown, or held back."""
        in_visit = self.in_visit + 1 if self.visit == visit else 1
        counted = self.shown.plus_one(at=at, day=day)
        return Response(self.block, self.control, self.since, visit, in_visit, counted, self.clicked)


class Reached(Struct, frozen=True, array_like=True, gc=False):
    """What one exposure is credited with of one goal.

    orders: traces of those that reached it and were not taken back. otherwise: something else reached it, or an order
    that can be taken back no more. revenue: what it brought, by currency (an upper-case code), in minor units.
    """

    goal: str
    orders: bytes = b""
    otherwise: bool = False
    revenue: Mapping[str, int] = {}

    @property
    def converted(self) -> bool:
        """Whether the goal counts as reached."""
        return self.otherwise or bool(self.orders)


TREATMENT, CONTROL, MIXED, ASIDE, SEEN = "t", "c", "m", "a", "s"  # sides of an exposure


class Exposure(Struct, frozen=True, array_like=True, gc=False):
    """The first time that this visitor met one comparison, or with `block` that block in it; see `proof`.

    side: of which arm; MIXED: of both, so that the visitor is in no figure of it but this one. ASIDE: a block that was
    shown in a mixed comparison; SEEN: one that was shown and never compared; both are in no figure. clicked, reached:
    what is counted for it. reached None: the same as the latest before it that has any, as on one page most are.
    """

    slot: str
    block: str
    side: str
    at: int
    clicked: bool = False
    promotion: str = ""
    reached: tuple[Reached, ...] | None = ()

    @property
    def arm(self) -> str:
        """The arm that it counts in; empty where it counts in none."""
        match self.side[:1]:
            case "t":
                return Arm.TREATMENT
            case "c":
                return Arm.CONTROL
            case _:
                return ""

    @property
    def unit(self) -> str:
        """The comparison: `SLOT`, `promotion:NAME`, `SLOT promotion:NAME`, or, empty, the whole site."""
        if not self.promotion:
            return self.slot
        return f"{self.slot} promotion:{self.promotion}" if self.slot else f"promotion:{self.promotion}"


class Showing(Struct, frozen=True, gc=False):
    """What one slot of a page showed, or held back in control. The texts are within NAME_BYTES.

    rules: the version of the rules that decided. promotion: which brought the block. kept_by: whose control groups
    hold it back, where that is told. fitted: an entry fitted; what stands under `otherwise` is in no comparison.
    """

    slot: str
    block: str
    arm: str
    rules: str = ""
    promotion: str = ""
    kept_by: tuple[Keeper, ...] = ()
    fitted: bool = True

    @property
    def keepers(self) -> tuple[Keeper, ...]:
        """Whose control groups hold it back; where none was told, the promotion's that brings it, else the slot's."""
        if self.kept_by or self.arm != Arm.CONTROL:
            return self.kept_by
        return (Keeper.PROMOTION if self.promotion else Keeper.SLOT,)


class Responses(Struct, frozen=True, array_like=True, gc=False):
    """Blocks, the latest last; their names are within NAME_BYTES.

    lost: when a block was last shown or clicked that is forgotten.
    """

    blocks: tuple[Response, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    lost: int = 0

    def shown(self, block: str, *, control: bool, visit: int, at: int, day: int) -> "Responses":
        """With the block shown once more, or held back once more."""
        return self._with(self._response(block, control=control).shown_once_more(visit=visit, at=at, day=day))

    def all_shown(self, shown: Sequence[Showing], *, visit: int, at: int, day: int) -> "Responses":
        """With each of these shown once more, in turn; or held back, where it says so."""
        blocks = list(self.blocks)
        place = max(len(blocks) - len(shown), 0)  # where each comes to stand if the last page showed the same
        for one in shown:
            control = one.arm == _HELD_BACK
            if place < len(blocks) and (known := blocks[place]).block == one.block and known.control is control:
                del blocks[place]
            else:
                known = _taken_out(blocks, one.block, control) or Response(one.block, control, self.lost)
            blocks.append(known.shown_once_more(visit=visit, at=at, day=day))
        kept, lost = blocks_that_fit(blocks, self.lost)
        return Responses(kept, self.exposures, lost)

    def clicked(self, block: str, *, at: int, day: int) -> "Responses":
        """With the block clicked once more."""
        known = self._response(block, control=False)
        return self._with(structs.replace(known, clicked=(known.clicked or Daily()).plus_one(at=at, day=day)))

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


def _taken_out(blocks: list[Response], block: str, control: bool) -> Response | None:
    """From the end on: what a page shows is mostly what was shown last."""
    for place in range(len(blocks) - 1, -1, -1):
        one = blocks[place]
        if one.block == block and one.control is control:
            return blocks.pop(place)
    return None


def blocks_that_fit(
    blocks: Sequence[Response], lost: int, *, most_bytes: int | None = None
) -> tuple[tuple[Response, ...], int]:
    """The latest of them for which there is room, and when the latest of all those was that ever had to go."""
    first, most_bytes = 0, most_bytes or MOST_BYTES
    if len(blocks) * _MOST_OF_ONE < most_bytes:  # no need to measure them
        return tuple(blocks), lost
    while len(_encode(blocks[first:])) > most_bytes and len(blocks) - first > 1:
        lost = max(lost, blocks[first].last)
        first += 1
    return tuple(blocks[first:]), lost
