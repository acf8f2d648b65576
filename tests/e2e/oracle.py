"""What must hold of every file that was dropped, whatever has happened to it and around it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Ask = Callable[[str], Sequence[tuple[Any, ...]]]

UNACCOUNTED = """
select load_id, file_name, status, rows_read, rows_loaded, rows_rejected, events, rejections
from (
    select
        *,
        (
            select count(distinct line_number) from raw.camera_events
            where camera_events.load_id = loads.load_id
        ) as events,
        (
            select count(*) from raw.rejected_rows
            where rejected_rows.load_id = loads.load_id
        ) as rejections
    from raw.loads
) as loads
where
    case status
        when 'loaded'
            then rows_read <> rows_loaded + rows_rejected or events <> rows_loaded
            or rejections <> rows_rejected
        else events + rejections + rows_loaded <> 0
    end
"""
LOADED_TWICE = """
select sha256, count(*) from raw.loads where status = 'loaded' group by 1 having count(*) > 1
"""
MISPLACED = """
select load_id, file_name, sha256, stored_as from raw.loads
where status in ('loaded', 'duplicate', 'rejected')
"""
UNFINISHED = "select load_id, file_name from raw.loads where status = 'loading'"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass
class Oracle:
    """Looks at a landing folder and what is raw in its warehouse, and knows what was dropped."""

    landing: Path
    ask: Ask
    dropped: Counter[str] = field(default_factory=Counter)
    gone: set[str] = field(default_factory=set)

    def drop(self, name: str, content: bytes) -> Path:
        """Put a file into landing, whole at once."""
        path = self.landing / name
        draft = self.landing / f".{sha256(name.encode())[:16]}.part"
        draft.write_bytes(content)
        draft.rename(path)
        self.dropped[sha256(content)] += 1
        return path

    def replaced(self, old: bytes, new: bytes) -> None:
        """Expect another content in the place of one that a person has changed."""
        self.gone.add(sha256(old))
        self.dropped.subtract([sha256(old)])
        self.dropped.update([sha256(new)])

    def check(self) -> None:
        """Fail if a row or a file is lost, doubled, or not accounted for, once all is at rest."""
        assert self.ask(UNFINISHED) == []
        assert self.ask(UNACCOUNTED) == []
        assert self.ask(LOADED_TWICE) == []
        places = self.places()
        hidden = [place for place in places if Path(place).name.startswith(".")]
        assert hidden == []
        assert Counter(places.values()) == +self.dropped, "each file is in exactly one place"
        for load_id, name, content, stored_as in self.ask(MISPLACED):
            if content not in self.gone:
                assert places.get(stored_as) == content, (load_id, name, stored_as)

    def places(self) -> dict[str, str]:
        """Give the hash of each file by its place below landing; reasons are no files."""
        folders = (self.landing, self.landing / "archive", self.landing / "quarantine")
        return {
            str(path.relative_to(self.landing)): sha256(path.read_bytes())
            for folder in folders
            if folder.exists()
            for path in folder.iterdir()
            if path.is_file() and not path.is_symlink() and not path.name.endswith(".reason.json")
        }
