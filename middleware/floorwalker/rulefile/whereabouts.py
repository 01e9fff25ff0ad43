"""Where what was read stands in the files: by the very object, so that equal ones in two places are told apart."""

from floorwalker.rulefile.nodes import Position


class Whereabouts:
    """Places of conditions and entries. Each object is kept, so that no other can take its identity."""

    def __init__(self) -> None:
        self._places: dict[int, tuple[object, Position]] = {}

    def note(self, what: object, at: Position) -> None:
        """Remember where it stands; the first place stays."""
        self._places.setdefault(id(what), (what, at))

    def of(self, what: object) -> Position | None:
        """Where it stands; None where nobody noted it."""
        found = self._places.get(id(what))
        return None if found is None else found[1]
