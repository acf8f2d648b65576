"""What lies in quarantine and why, as the reasons beside the files tell it; needs no database."""

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from orchestration.lib.chosen_folder import LANDING, looked_into
from orchestration.lib.foreseen_error import ForeseenError
from orchestration.lib.landing.file_moves import reason_file
from orchestration.lib.landing.landing_files import REASON, Landing

# Of a row that is an example, so much tells what is wrong.
SHOWN_CHARACTERS = 300
UNEXPLAINED = "No reason lies beside it: Dwellhouse has not put it there, or somebody removed it."


class NotInQuarantineError(ForeseenError):
    """No file of that name lies in quarantine; the text names the nearest."""


@dataclass(frozen=True)
class QuarantinedFile:
    """A file that was not taken, with what its `NAME.reason.json` says."""

    path: Path
    moved_at: datetime
    explanation: Mapping[str, object]

    @classmethod
    def of(cls, path: Path) -> "QuarantinedFile":
        """Read what lies beside a file."""
        try:
            explanation = json.loads(reason_file(path).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            explanation = {}
        moved_at = datetime.fromtimestamp(path.lstat().st_ctime).astimezone()
        return cls(path, moved_at, explanation if isinstance(explanation, dict) else {})

    @property
    def heading(self) -> str:
        """The name, when it came here, and the number by which it can be replayed."""
        number = f", load {self.explanation['load_id']}" if "load_id" in self.explanation else ""
        code = f", {self.explanation['reason_code']}" if self.explanation.get("reason_code") else ""
        at = self.moved_at.isoformat(sep=" ", timespec="seconds")
        return f"{self.path.name}: {at}{number}{code}"

    @property
    def reason(self) -> str:
        """Why it was not taken, as a sentence that a person can act on."""
        return str(self.explanation.get("reason") or UNEXPLAINED)

    def explained(self, landing: Path) -> str:
        """Say everything that is known of it, and what to do."""
        lines = [self.heading, f"  {self.reason}", *self._rows()]
        lines += [f"  line {_example(example)}" for example in self._examples()]
        lines.append(f"Mend {self.path} and drop it into {landing} again.")
        if "load_id" in self.explanation:
            again = f"dwellhouse replay {self.explanation['load_id']}"
            lines.append(f"Or, once a setting that was wrong is right: {again}")
        return "\n".join(lines)

    def _rows(self) -> Sequence[str]:
        reasons = self.explanation.get("rejected_rows_by_reason")
        if not reasons or not isinstance(reasons, dict):
            return []
        counted = ", ".join(f"{count} {code}" for code, count in reasons.items())
        return [
            f"  {self.explanation.get('rows_read')} rows read; unusable: {counted}. For example:"
        ]

    def _examples(self) -> Sequence[Mapping[str, object]]:
        examples = self.explanation.get("examples")
        return examples if isinstance(examples, list) else []


def quarantined_files(landing: Landing) -> list[QuarantinedFile]:
    """Give the files in quarantine, the latest last."""
    try:
        with looked_into(landing.folder, LANDING):
            found = [
                QuarantinedFile.of(path)
                for path in landing.quarantine.iterdir()
                if path.is_file() and not path.name.startswith(".") and not _is_reason(path)
            ]
    except FileNotFoundError:
        return []
    return sorted(found, key=lambda file: (file.moved_at, file.path.name))


def quarantined_file(landing: Landing, name: str) -> QuarantinedFile:
    """Give one of them by its name; raises NotInQuarantineError."""
    files = {file.path.name: file for file in quarantined_files(landing)}
    if name not in files:
        nearest = difflib.get_close_matches(name, files, n=1)
        hint = f"did you mean {nearest[0]}?" if nearest else "dwellhouse quarantine list shows all"
        message = f"{name} is not in {landing.quarantine}; {hint}"
        raise NotInQuarantineError(message)
    return files[name]


def _is_reason(path: Path) -> bool:
    return path.name.endswith(REASON)


def _example(example: Mapping[str, object]) -> str:
    column = f" in {example['column_name']}" if example.get("column_name") else ""
    raw = str(example.get("raw_line"))
    if len(raw) > SHOWN_CHARACTERS:
        raw = f"{raw[:SHOWN_CHARACTERS]}… (one of {len(raw):,} characters)"
    return f"{example.get('line_number')}, {example.get('reason_code')}{column}: {raw}"
