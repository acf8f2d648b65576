"""Why a file or a row is not taken: one code each, and a sentence that a person can act on."""

from typing import Final

ROW_REASONS: Final = {
    "field_count_mismatch": "The row has more or fewer fields than the header.",
    "invalid_characters": (
        "The row holds bytes that are no text in the file's encoding, or the character U+FFFD that "
        "an earlier conversion left in the place of such bytes."
    ),
    "field_too_long": "A field of the row is longer than the limit.",
    "missing_value": "A required value is empty.",
    "ambiguous_timestamp": "The date can be read day-first or month-first.",
    "nonexistent_local_time": "The clocks skipped this local time when they changed.",
    "unparseable_timestamp": "The timestamp is in no accepted format.",
    "timestamp_out_of_range": "The timestamp is before the earliest or too far in the future.",
    "unknown_event_type": "The event type is none of the accepted ones.",
}

FILE_REASONS: Final = {
    "empty_file": "The file holds no rows. Export it again and drop it anew.",
    "undecodable": (
        "The file is not readable as text: it may be a spreadsheet or an image with a wrong name, "
        "or in an encoding that its source profile does not name. Export it as CSV in UTF-8."
    ),
    "corrupt_archive": (
        "The compressed file is damaged or cut off. Compress it again, or drop it as plain CSV."
    ),
    "unsupported_delimiter": (
        "The columns are not separated by a comma, semicolon, tab or |, nor as the source profile "
        "says, or a quotation mark in the first line is never closed. Export the file with commas, "
        "or let a profile in landing/sources name the separator."
    ),
    "missing_columns": (
        "The file lacks required columns. Its first line must name timestamp, person_id, "
        "camera_id and event_type."
    ),
    "duplicate_columns": "The first line names a column twice. Remove or rename one of the two.",
    "too_many_columns": "The file has more columns than the limit.",
    "unterminated_quote": (
        'A quotation mark is opened and never closed. Close it, or double it ("") where it is '
        "part of the text."
    ),
    "too_many_rejected_rows": (
        "Too large a share of the rows is unusable, so none was loaded. Look at the examples, "
        "correct the export and drop it again."
    ),
    "too_large": "The file is larger than the limit.",
}
