"""What was found in a page while it was rewritten, to be remembered when it is over."""

from floorwalker.html.markers import KnownPage, Marker, PageMemory, SlotKey
from floorwalker.html.moulds import Example
from floorwalker.html.selectors import Event, Mark, SelectorSlot


class Findings:
    """Where slots begin and end in a page, by marker or by match, to be remembered of it.

    keeps: the page is to be known again; learns: so are those that are like it.
    """

    def __init__(
        self, memory: PageMemory, selected: tuple[SelectorSlot, ...], page: bytes, *, keeps: bool, learns: bool
    ) -> None:
        self._memory, self._selected, self._keeps, self._learns = memory, selected, keeps, learns
        self._page: bytes | None = page
        self._markers: list[Marker] = []
        self._at = 0

    def text(self, data: bytes, markers: list[Marker]) -> None:
        """The page's next bytes, with these markers in them."""
        if self._page is not None and not self._page.startswith(data, self._at):
            self.give_up()
        self._markers += (Marker(self._at + at, self._at + end, key, closes) for at, end, key, closes in markers)
        self._at += len(data)

    def mark(self, mark: Mark) -> None:
        """A mark of a selector's match."""
        if mark.event is Event.IS_LOST:
            self.give_up()
        self._markers.append(Marker(self._at, self._at, SlotKey(mark.name, mark.match), mark.event is Event.ENDS))

    def give_up(self) -> None:
        """Nothing is to be remembered of it."""
        self._page = None

    def remember(self) -> None:
        """The page is over."""
        if self._page is None or self._at != len(self._page):
            return
        known = KnownPage(self._page, self._markers, self._selected)
        if self._keeps and (known.places is not None or not self._selected):
            self._memory.pages.keep(self._page, 0, len(self._page), known)
        if self._learns and known.places is not None:
            self._memory.moulds.learn(Example(self._page, known.places, self._selected))
