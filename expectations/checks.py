"""The names of all checks of the gate, without importing Great Expectations: a light mirror.

Dagster declares its asset checks from this list; a contract test compares it with the suites.
"""

from typing import Final

FILE_CHECKS: Final = (
    "file_is_not_empty",
    "file_is_text",
    "columns_are_within_the_limit",
    "columns_are_separated",
    "required_columns_are_present",
    "columns_are_named_once",
    "file_has_rows",
    "enough_rows_are_usable",
)

ROW_CHECKS: Final = (
    "rows_have_as_many_fields_as_the_header",
    "rows_are_text",
    "fields_are_within_the_length_limit",
    "keys_are_within_the_length_limit",
    "timestamp_is_present",
    "person_id_is_present",
    "camera_id_is_present",
    "event_type_is_present",
    "timestamps_have_one_reading",
    "local_times_exist",
    "timestamps_can_be_read",
    "timestamps_are_in_range",
    "event_types_are_known",
)
