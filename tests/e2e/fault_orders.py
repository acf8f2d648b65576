"""Orders to processes under test: what to do at a named point of `fault_points`."""

from dataclasses import dataclass
from pathlib import Path

from orchestration.lib.fault_points import POINTS
from tests.waiting import until


@dataclass(frozen=True)
class FaultOrders:
    """The folder that `FAULT_POINTS` names."""

    folder: Path

    def give(self, point: str, action: str, about: str = "") -> None:
        """Have the next process that reaches the point, with `about` in its business, obey."""
        assert point in POINTS
        draft = self.folder / f".{point}"
        draft.write_text(f"{action} {about}")
        draft.rename(self.folder / point)

    def wait_until_obeyed(self, point: str, seconds: float = 60) -> None:
        until(lambda: self.is_obeyed(point), seconds)

    def is_obeyed(self, point: str) -> bool:
        return (self.folder / f"{point}.reached").exists()

    def release(self, point: str) -> None:
        """Let go on what is held, and forget the order."""
        (self.folder / f"{point}.reached").unlink(missing_ok=True)

    def clear(self) -> None:
        for path in self.folder.iterdir():
            path.unlink()
