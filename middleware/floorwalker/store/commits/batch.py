"""What one commit takes from a visitor's queue."""

from msgspec import Struct
from msgspec.structs import replace

from floorwalker.core.effects import NOTHING, Effects
from floorwalker.core.memory.profile import Profile
from floorwalker.store.commits.attempt import Commit, Committed, Outcome
from floorwalker.store.commits.joining import EventAlone
from floorwalker.store.commits.waiting import ALONE, Waiting
from floorwalker.store.records.found import Found, Loaded


class Batch(Struct, eq=False):
    """Steps that are committed together, and those who want to read behind them; or one wish, alone.

    taken: all that was taken, in order.
    """

    taken: list[Waiting] = []

    def __bool__(self) -> bool:
        return bool(self.taken)

    def take(self, waiting: list[Waiting], at_most: int) -> list[Waiting]:
        """Take what may go together; what has to wait on."""
        if len(waiting) == 1 and not self.taken:  # as it most often is
            self.taken = waiting
            return []
        if self.wish is not None or not waiting:
            return waiting
        room = at_most - len(self.taken)
        if isinstance(waiting[0].work, ALONE):
            room = 0 if self.taken else 1
        else:
            room = next((n for n, one in enumerate(waiting[:room]) if isinstance(one.work, ALONE)), room)
        self.taken += waiting[:room]
        return waiting[room:]

    @property
    def wish(self) -> Waiting | None:
        """The wish to join or to be forgotten, where that is what was taken."""
        first = self.taken[0] if self.taken else None
        return first if first is not None and isinstance(first.work, ALONE) else None

    @property
    def steps(self) -> int:
        """How many steps, or wishes, are in it."""
        return sum(one.work is not None for one in self.taken)

    @property
    def has_news(self) -> bool:
        """Whether any of them is not known to be committed already."""
        return any(one.work is not None and not one.is_known for one in self.taken)

    @property
    def is_admitted(self) -> bool:
        """Whether any of them was let in before."""
        return any([one.is_admitted for one in self.taken])  # noqa: C419 - a list is faster here

    @property
    def is_confirmed(self) -> bool:
        """Whether any of these visitors' cookies has come back."""
        for one in self.taken:  # noqa: SIM110 - a fifth of the time of any() over a list, for one step
            if one.confirmed:
                return True
        return False

    @property
    def news(self) -> list[Waiting]:
        """Steps that are not known to be committed already."""
        return [one for one in self.taken if one.work is not None and not one.is_known]

    def part(self) -> list[Waiting]:
        """Let go of steps that cannot tell what they are made of, so that nobody else could do them."""
        untold = [one for one in self.news if one.raw is None and not isinstance(one.work, EventAlone)]
        self.taken = [one for one in self.taken if one not in untold]
        return untold

    def waits_since(self, oldest: float) -> bool:
        """Whether anybody has waited no longer than that."""
        return any(one.since >= oldest for one in self.taken)

    def run(self, profile: Profile | None, effects: Effects) -> tuple[Profile | None, Effects]:
        """The steps' work, in order, each message once; one that fails goes to its own caller and leaves."""
        messages: list[str] = []
        for one in self.taken[:]:
            one.repeats = one.message in messages
            if one.is_known or one.repeats or one.work is None or isinstance(one.work, ALONE):
                continue
            done = one.done_on(profile, one.work)
            if done is None:
                self.taken.remove(one)
                continue
            profile, effects = done[0], done[1] if effects is NOTHING else effects.then(done[1])
            if one.message:
                messages.append(one.message)
        return profile, effects

    def described(self, commit: Commit) -> Commit:
        """The commit, with what these steps ask of it."""
        for one in self.taken:
            if one.message or one.keeps_life:
                break
        else:
            return commit
        messages = tuple(one.message for one in self.taken if one.message and not one.is_known and not one.repeats)
        news = self.news
        left = tuple(one.work.left for one in news if isinstance(one.work, EventAlone) and one.work.left)
        return replace(commit, messages=messages, keeps_life=all(one.keeps_life for one in news), left=left)

    def learn(self, messages: set[str]) -> None:
        """These messages were committed already."""
        for one in self.taken:
            one.is_known = one.is_known or one.message in messages

    def has_news_for(self, found: Found) -> bool:
        """The same for a record, which may hold what came of steps whose commit is in doubt."""
        for one in self.taken:
            if one.doubt is not None and isinstance(found, Loaded) and found.record is not None:
                one.is_known = one.is_known or found.record.holds(*one.doubt)
        return self.has_news

    @property
    def is_plain(self) -> bool:
        """Whether it is steps alone, and no commit that nobody here has sent may hold any of them."""
        for one in self.taken:  # noqa: SIM110 - as in `is_confirmed`
            if one.doubt is not None or isinstance(one.work, ALONE):
                return False
        return True

    def settle(self, committed: Committed) -> None:
        """Tell all who wait, and be empty."""
        taken, self.taken = self.taken, []
        for one in taken:
            if (one.is_known or one.repeats) and committed.outcome is Outcome.STORED:
                one.settle(replace(committed, outcome=Outcome.KNOWN))
            else:
                one.settle(committed)

    def release(self) -> list[Waiting]:
        """Give back whatever is not settled, and be empty."""
        taken, self.taken = self.taken, []
        return taken
