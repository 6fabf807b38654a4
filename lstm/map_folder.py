"""The making of one map, as a folder: what was ordered, how far it is, and the finished atlas."""

from pathlib import Path

from .errors import LabError
from .job_folder import JobFolder
from .making import STEPS, MapState, Words, how_far
from .order import Order

__all__ = ["STEPS", "WORDS", "MapFolder", "MapState"]

WORDS = Words(
    waited="It waited for a day, and no worker took it. Make it again.",
    lost="Its worker ended before the map was made. Make it again.",
    left="Its worker was stopped. Make it again.",
    stopped="It was stopped before the map was made. Make it again.",
)


class MapFolder(JobFolder):
    """The making of one map: a job whose end is an atlas."""

    def order(self) -> Order | None:
        """Read what was ordered; None where nothing was, or it is damaged."""
        try:
            order = Order.from_json(self._json("order.json"))
        except LabError:
            return None
        return order if order.key == self.path.name else None

    def begin(self, order: Order) -> None:
        """Write what is ordered, and forget how an earlier making went."""
        self.path.mkdir(parents=True, exist_ok=True)
        self._store("order.json", order.to_json())
        self.want("run")
        (self.path / "progress.json").unlink(missing_ok=True)
        self.await_it()
        self.reopen()

    def ordered_at(self) -> float:
        """Tell when it was ordered, in seconds since 1970."""
        return (self.path / "order.json").stat().st_mtime

    @property
    def atlas(self) -> Path:
        """Where the finished map lies."""
        return self.path / "atlas.npz"

    def state(self, now: float) -> MapState:
        """Read how the making of a map goes that is not done, at a time since 1970."""
        if self.order() is None:
            return MapState("none")
        return how_far(self, self.ordered_at(), now, WORDS)
