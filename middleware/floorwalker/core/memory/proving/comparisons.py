"""Comparisons: in which of them a showing is, what of it is met for the first time, and who met both arms."""

from collections.abc import Iterator, Sequence

from msgspec import structs

from floorwalker.core.decision import Arm, Keeper
from floorwalker.core.memory.kept.responses import ASIDE, CONTROL, MIXED, SEEN, TREATMENT, Exposure, Showing
from floorwalker.core.memory.proving.facts import expanded

ROOM_BYTES = 900  # of first exposures: about thirty; whether one fits never depends on what came of the others
_EACH_BYTES = 17  # of an exposure beside its names

_TREATED = Arm.TREATMENT.value  # plain texts are compared three times as fast

Key = tuple[str, str, str]
"""slot, block, promotion; without a slot and a block it is of a whole comparison."""


def comparisons(shown: Showing) -> Iterator[tuple[str, str, str]]:
    """Slot, promotion and side of each comparison that a showing belongs to.

    The arm in each is told by that one control group; whom another group holds back there is in neither arm.
    """
    if not shown.fitted:
        return
    keepers = shown.keepers
    if Keeper.SITE in keepers:
        yield "", "", CONTROL
        return
    yield "", "", TREATMENT
    by_slot, by_promotion = Keeper.SLOT in keepers, Keeper.PROMOTION in keepers
    if not by_promotion:
        yield shown.slot, "", CONTROL if by_slot else TREATMENT
    if shown.promotion and not by_slot:
        side = CONTROL if by_promotion else TREATMENT
        yield "", shown.promotion, side
        yield shown.slot, shown.promotion, side


def that_add(exposures: Sequence[Exposure], shown: Sequence[Showing]) -> list[Showing]:
    """Those of the showings that add something: the last of all that they would add is not there."""
    if _are_known(exposures, shown):
        return []
    return [one for one in shown if not (_is_known(exposures, one) if one.fitted else _is_seen(exposures, one))]


def _are_known(exposures: Sequence[Exposure], shown: Sequence[Showing]) -> bool:
    """Whether one look over the exposures finds all: a page is mostly met again in the order in which it was met."""
    later = iter(exposures)
    for showing in shown:
        if showing.arm != _TREATED or showing.kept_by or not showing.fitted:
            return False
        slot, block, promotion = showing.slot, showing.block, showing.promotion
        for one in later:
            if one.block == block and one.slot == slot and one.promotion == promotion:
                if one.side != TREATMENT:
                    return False
                break
        else:
            return False
    return True


def _is_known(exposures: Sequence[Exposure], shown: Showing) -> bool:
    slot, block, promotion, side = shown.slot, shown.block, shown.promotion, TREATMENT
    if (shown.kept_by or shown.arm != _TREATED) and (keepers := shown.keepers):
        if Keeper.SITE in keepers:
            slot, block, promotion, side = "", "", "", CONTROL
        elif len(keepers) > 1:
            slot, block, promotion = "", "", ""
        else:
            promotion, side = "" if Keeper.SLOT in keepers else promotion, CONTROL
    for one in exposures:
        if one.block == block and one.slot == slot and one.promotion == promotion:
            return one.side == side
    return False


def _is_seen(exposures: Sequence[Exposure], shown: Showing) -> bool:
    for one in exposures:
        if one.block == shown.block and one.slot == shown.slot and one.side[:1] != CONTROL:
            return True
    return shown.arm == Arm.CONTROL


class Meeting:
    """One visitor's exposures while more is met."""

    def __init__(self, exposures: Sequence[Exposure]) -> None:
        self.before = expanded(exposures)
        self._all = {key_of(one): one for one in self.before}
        self._room = room_left(self.before)
        self._new: dict[Key, Exposure] = {}

    @property
    def all(self) -> list[Exposure]:
        """The exposures as they are now."""
        return list(self._all.values())

    @property
    def new(self) -> list[Exposure]:
        """Those that a comparison has now and had not before."""
        return [one for key, one in self._new.items() if self._all.get(key) is one]

    def meet(self, shown: Showing, *, at: int) -> None:
        """A slot showed a block, or held it back."""
        for slot, promotion, side in comparisons(shown):
            unit = self._all.get((slot, "", promotion))
            if unit is None:
                unit = self._add(Exposure(slot, "", side, at, promotion=promotion))
            elif unit.side[:1] == MIXED:
                continue
            elif unit.side[:1] != side:
                self._mix(unit)
                continue
            if slot and unit is not None:
                self._meet_block(Exposure(slot, shown.block, side, at, promotion=promotion))
        if shown.arm == Arm.TREATMENT:
            self._see(shown, at)

    def _mix(self, unit: Exposure) -> None:
        self._all = {key_of(one): one for one in mixed_in(self.all, unit, at=unit.at)}
        self._room = room_left(self.all)

    def _see(self, shown: Showing, at: int) -> None:
        """What was shown is known to have been seen, whether it is compared or not."""
        slot, block = shown.slot, shown.block
        known = self._all.get((slot, block, shown.promotion))
        if known is not None and known.side != SEEN:  # in the commonest case it was just met
            return
        was = [one for one in self._all.values() if one.block == block and one.slot == slot and one.side[:1] != CONTROL]
        if was and not (shown.fitted and was[0].side == SEEN):
            return
        for one in was:
            self._drop(one)
        self._add(Exposure(slot, block, ASIDE if shown.fitted else SEEN, at, promotion=shown.promotion))

    def _meet_block(self, exposure: Exposure) -> None:
        known = self._all.get(key_of(exposure))
        if known is not None and known.side in (SEEN, ASIDE):  # met outside of the comparison until now
            self._drop(known)
            known = None
        if known is None:
            self._add(exposure)

    def _drop(self, exposure: Exposure) -> None:
        del self._all[key_of(exposure)]
        self._room += bytes_of(exposure)

    def _add(self, exposure: Exposure) -> Exposure | None:
        takes = bytes_of(exposure)
        if takes > self._room:
            return None
        key = key_of(exposure)
        self._room -= takes
        self._all[key] = exposure
        if exposure.side not in (ASIDE, SEEN):
            self._new[key] = exposure
        return exposure


def key_of(exposure: Exposure) -> Key:
    """What tells an exposure apart from the others of the same visitor."""
    return exposure.slot, exposure.block, exposure.promotion


def is_of(exposure: Exposure, unit: Exposure) -> bool:
    """Whether an exposure is of that comparison."""
    return exposure.slot == unit.slot and exposure.promotion == unit.promotion


def mixed_in(exposures: Sequence[Exposure], unit: Exposure, *, at: int) -> list[Exposure]:
    """The exposures once both arms of a comparison were met: of it nothing else is counted, from then on, either. What
    was seen stays known."""
    found = []
    for one in exposures:
        if not is_of(one, unit):
            found.append(one)
        elif not one.block:
            found.append(Exposure(one.slot, "", MIXED, at, promotion=one.promotion))
        elif one.side[:1] != CONTROL:
            found.append(set_aside(one))
    return found


def mixed_units(exposures: Sequence[Exposure]) -> tuple[str, ...]:
    """The comparisons of which both arms were met."""
    return tuple([one.unit for one in exposures if one.side == MIXED])


def room_left(exposures: Sequence[Exposure]) -> int:
    """How many bytes are left of the room for first exposures."""
    return ROOM_BYTES - sum([bytes_of(one) for one in exposures])


def bytes_of(one: Exposure) -> int:
    """About how much of that room one takes."""
    names = one.slot + one.block + one.promotion
    names += one.unit if one.side == MIXED else ""
    return _EACH_BYTES + (len(names) if names.isascii() else len(names.encode()))


def that_fit(exposures: list[Exposure]) -> list[Exposure]:
    """The earliest of them for which there is room, whole comparisons before blocks of the same time."""
    kept = sorted(exposures, key=lambda one: (one.at, bool(one.block)))
    while room_left(kept) < 0:
        kept.pop()
    return kept


def set_aside(exposure: Exposure) -> Exposure:
    """What was seen in a comparison in which nothing is counted any more."""
    side = ASIDE if exposure.side[:1] == TREATMENT else exposure.side
    return structs.replace(exposure, side=side, clicked=False, reached=())
