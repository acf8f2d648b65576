"""What each dbt test checks, as a sentence for people who look at Dagster's pages."""

import re
from collections.abc import Mapping
from typing import Any

SENTENCES = {
    "accepted_values": "Each {column_name} is one of: {values}.",
    "bits_are_persons": "Each day has as many bits as persons in {persons}.",
    "entries_are_sessions": "Every entry is exactly one session.",
    "exits_are_closed_or_orphans": "Every exit closes one session or is an orphan.",
    "hours_sum_to": "For each {key}, events and person_seconds add up to those of {to}.",
    "is_key": "No two rows have the same {columns}, and none of these is null.",
    "is_known_timezone": "Each {column_name} is a time zone that the database knows.",
    "is_never_negative": "No {column_name} is below 0.",
    "not_null": "Every row has a {column_name}.",
    "relationships": "Each {column_name} is a {field} of {to}.",
    "unique": "No two rows have the same {column_name}.",
}
REFERENCE = re.compile(r"ref\('(\w+)'\)")


def sentence_of(node: Mapping[str, Any]) -> str | None:
    """Give what a test of dbt's manifest checks: its own description, else by its kind."""
    if node.get("description"):
        return str(node["description"])
    test = node.get("test_metadata") or {}
    sentence = SENTENCES.get(test.get("name", ""))
    return sentence and sentence.format_map({k: _told(v) for k, v in test["kwargs"].items()})


def _told(value: object) -> str:
    if isinstance(value, list):
        *others, last = map(str, value)
        return f"{', '.join(others)} and {last}" if others else last
    reference = REFERENCE.fullmatch(str(value))
    return reference[1] if reference else str(value)
