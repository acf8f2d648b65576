"""What a valid file and a valid row are, as Great Expectations suites; the only place that says so.

What cannot be read to its end (too large, damaged, a quote without end) is refused by the reader.
Each expectation carries the reason code that it stands for and the name of its check. Where a row
or file fails several, the first in the order of its suite is the reason.
"""

from collections.abc import Sequence

from great_expectations import ExpectationSuite
from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.contract import (
    AMBIGUOUS,
    EVENT_TYPES,
    MOST_KEY_BYTES,
    NONEXISTENT,
    REQUIRED_COLUMNS,
    UNPARSEABLE,
)

_NEEDED = "|".join(REQUIRED_COLUMNS)
# Two needed columns in one name: whatever stands between them was to separate them.
_UNSEPARATED = rf"(?:{_NEEDED})\W(?:.*\W)?(?:{_NEEDED})"


def _meta(check: str, reason_code: str, blames: str | None = None) -> dict[str, str]:
    """Name the check, its reason code, and the column to blame where it is not the judged one."""
    return {"check": check, "reason_code": reason_code} | ({"blames": blames} if blames else {})


def header_suite(max_columns: int) -> ExpectationSuite:
    """Judge the first line, given as a table: `column_name`, and `position` from 1.

    A column that the file does not have by that name, but a profile supplies, has no position.
    """
    column = "column_name"
    return ExpectationSuite(
        name="header",
        expectations=[
            gxe.ExpectTableRowCountToBeBetween(
                min_value=1, meta=_meta("file_is_not_empty", "empty_file")
            ),
            gxe.ExpectColumnValuesToNotMatchRegex(
                column=column, regex="\N{REPLACEMENT CHARACTER}",
                meta=_meta("file_is_text", "undecodable"),
            ),
            gxe.ExpectColumnValuesToBeBetween(
                column="position", max_value=max_columns,
                meta=_meta("columns_are_within_the_limit", "too_many_columns"),
            ),
            gxe.ExpectColumnValuesToNotMatchRegex(
                column=column, regex=_UNSEPARATED,
                meta=_meta("columns_are_separated", "unsupported_delimiter"),
            ),
            gxe.ExpectColumnDistinctValuesToContainSet(
                column=column, value_set=list(REQUIRED_COLUMNS),
                meta=_meta("required_columns_are_present", "missing_columns"),
            ),
            gxe.ExpectColumnValuesToBeUnique(
                column=column, meta=_meta("columns_are_named_once", "duplicate_columns")
            ),
        ],
    )  # fmt: skip


def row_suite(max_field_length: int) -> ExpectationSuite:
    """Judge candidate rows; `earliest` and `latest` are given at each run."""
    return ExpectationSuite(
        name="rows",
        expectations=[*_form(max_field_length), *_presence(), *_timestamps(), _event_types()],
    )


def outcome_suite(max_rejected_share: float) -> ExpectationSuite:
    """Judge a file after its rows, given as one row: `has_rows`, `rejected_share`."""
    return ExpectationSuite(
        name="outcome",
        expectations=[
            gxe.ExpectColumnValuesToBeInSet(
                column="has_rows", value_set=[True], meta=_meta("file_has_rows", "empty_file")
            ),
            gxe.ExpectColumnValuesToBeBetween(
                column="rejected_share", max_value=max_rejected_share,
                meta=_meta("enough_rows_are_usable", "too_many_rejected_rows"),
            ),
        ],
    )  # fmt: skip


def _form(max_field_length: int) -> Sequence[Expectation]:
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column="surplus_fields", min_value=0, max_value=0,
            meta=_meta("rows_have_as_many_fields_as_the_header", "field_count_mismatch", "*"),
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="has_bad_characters", value_set=[False],
            meta=_meta("rows_are_text", "invalid_characters", "*"),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="longest_field", max_value=max_field_length,
            meta=_meta("fields_are_within_the_length_limit", "field_too_long", "*"),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="longest_key_bytes", max_value=MOST_KEY_BYTES,
            meta=_meta("keys_are_within_the_length_limit", "field_too_long", "*"),
        ),
    ]  # fmt: skip


def _presence() -> Sequence[Expectation]:
    judged = {"timestamp": "timestamp_text"}
    return [
        gxe.ExpectColumnValuesToNotBeNull(
            column=judged.get(name, name), meta=_meta(f"{name}_is_present", "missing_value", name)
        )
        for name in REQUIRED_COLUMNS
    ]


def _timestamps() -> Sequence[Expectation]:
    reasons = {
        AMBIGUOUS: ("timestamps_have_one_reading", "ambiguous_timestamp"),
        NONEXISTENT: ("local_times_exist", "nonexistent_local_time"),
        UNPARSEABLE: ("timestamps_can_be_read", "unparseable_timestamp"),
    }
    readings = [
        gxe.ExpectColumnValuesToNotBeInSet(
            column="timestamp_reading", value_set=[reading], meta=_meta(check, code, "timestamp")
        )
        for reading, (check, code) in reasons.items()
    ]
    in_range = gxe.ExpectColumnValuesToBeBetween(
        column="event_at", min_value={"$PARAMETER": "earliest"}, max_value={"$PARAMETER": "latest"},
        meta=_meta("timestamps_are_in_range", "timestamp_out_of_range", "timestamp"),
    )  # fmt: skip
    return [*readings, in_range]


def _event_types() -> Expectation:
    return gxe.ExpectColumnValuesToBeInSet(
        column="event_type", value_set=list(EVENT_TYPES),
        meta=_meta("event_types_are_known", "unknown_event_type"),
    )  # fmt: skip
