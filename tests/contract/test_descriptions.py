"""Every description of the dbt project, as the database and docs/tables.md show it, is whole."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from orchestration.lib.building.dbt_build import PROJECT_FOLDER

# A line that is folded after a hyphen: "per- person".
BROKEN = re.compile(r"\w- \w")


def descriptions(part: Any, place: str) -> Iterator[tuple[str, str]]:
    """Give each description below a part of a document, by the names that lead to it."""
    if isinstance(part, list):
        for item in part:
            yield from descriptions(item, place)
    elif isinstance(part, dict):
        here = f"{place}.{part['name']}" if "name" in part else place
        if "description" in part:
            yield here, str(part["description"])
        for name in part.keys() - {"given", "expect"}:
            yield from descriptions(part[name], here)


def in_folder(folder: Path) -> dict[str, str]:
    return dict(
        found
        for path in sorted(folder.rglob("*.yml"))
        for found in descriptions(yaml.safe_load(path.read_text("utf-8")), path.stem)
    )


def test_no_description_is_broken_within_a_word() -> None:
    found = in_folder(PROJECT_FOLDER / "models") | in_folder(PROJECT_FOLDER / "seeds")
    assert len(found) > 300
    assert {place: text for place, text in found.items() if BROKEN.search(text)} == {}


def test_a_word_that_is_folded_at_its_hyphen_is_seen(tmp_path: Path) -> None:
    folded = "models:\n- name: rows\n  description: >\n    joins per-\n    person rows\n"
    (tmp_path / "rows.yml").write_text(folded)
    [(place, text)] = in_folder(tmp_path).items()
    assert (place, bool(BROKEN.search(text))) == ("rows.rows", True)
