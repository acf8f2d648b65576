"""What files may hold, and what is to become of each."""

import gzip
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from expectations.contract import KEY_COLUMNS
from tests.event_files import HEADER, good_rows

GOOD = good_rows(6)
AT = "2026-05-01 10:00"


# What no index can make smaller by compressing it, in all columns that tables are keyed by.
LONG = [b64encode(Random(number).randbytes(750)).decode() for number in range(5)]
WIDE_HEADER = "timestamp,event_type,zone,camera_name," + ",".join(KEY_COLUMNS)
WIDE_ROW = f"{AT},{{}},{'z' * 10_000},{'n' * 10_000},{','.join(LONG)}"


@dataclass(frozen=True)
class Expected:
    """What becomes of a file: rows loaded and rejected by reason; or the code it is refused by."""

    loaded: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    refused: str | None = None


def timestamps(*texts: str) -> str:
    """Give a file with a row for each of these, among good ones."""
    return HEADER + GOOD * 2 + "".join(f'"{text}",p,c,entry\n' for text in texts)


def columns(*names: str) -> str:
    """Give a file with these columns, each known one filled."""
    values = {"timestamp": AT, "person_id": "p", "camera_id": "c", "event_type": "in"}
    filled = ",".join(values.get(name.strip().lower(), "x") for name in names)
    return ",".join(names) + "\n" + filled + "\n"


CASES: dict[str, tuple[str | bytes, Expected]] = {
    "zero bytes": ("", Expected(refused="empty_file")),
    "header only": (HEADER, Expected(refused="empty_file")),
    "header without line end": (HEADER.strip(), Expected(refused="empty_file")),
    "blank lines only": ("\n\r\n\n", Expected(refused="empty_file")),
    "no line end at the end": ((HEADER + GOOD).rstrip(), Expected(6)),
    "byte order mark": ("\ufeff" + HEADER + GOOD, Expected(6)),
    "CRLF": ((HEADER + GOOD).replace("\n", "\r\n"), Expected(6)),
    "mixed line ends": (HEADER + GOOD.replace("\n", "\r\n", 3), Expected(6)),
    "blank lines between": (HEADER + GOOD.replace("\n", "\n\n"), Expected(6)),
    "lines of spaces": (HEADER + GOOD.replace("\n", "\n  \n"), Expected(6)),
    "UTF-16": ((HEADER + GOOD + f"{AT},Zoë,c,in\n").encode("utf-16"), Expected(7)),
    "semicolons": ((HEADER + GOOD).replace(",", ";"), Expected(6)),
    "tabs": ((HEADER + GOOD).replace(",", "\t"), Expected(6)),
    "bytes of Latin-1": (
        (HEADER + GOOD + f"{AT},Zoë,c,in\n").encode("latin-1"),
        Expected(6, {"invalid_characters": 1}),
    ),
    "NUL": (HEADER + GOOD + f"{AT},p\0q,c,in\n", Expected(6, {"invalid_characters": 1})),
    "NUL in an unknown column": (
        HEADER.strip() + ",note\n" + GOOD.replace("entry\n", "entry,n\n") + f"{AT},p,c,in,a\0b\n",
        Expected(6, {"invalid_characters": 1}),
    ),
    "quoted line breaks": (
        HEADER.strip() + ",note\n" + f'{AT},"p",c,in,"a\n""b"",\r\nc"\n' * 3, Expected(3),
    ),
    "unterminated quote": (
        HEADER + GOOD + f'{AT},"p,c,in\n' + GOOD * 3, Expected(refused="unterminated_quote"),
    ),
    "a line that ends COPY": (
        HEADER + GOOD + "\\.\n" + GOOD, Expected(12, {"field_count_mismatch": 1}),
    ),
    "a value that is null for COPY": (HEADER + GOOD + f"{AT},\\N,c,in\n", Expected(7)),
    "a field of a million characters": (
        HEADER + GOOD + f"{AT},{'p' * 1_000_000},c,in\n", Expected(6, {"field_too_long": 1}),
    ),
    "values of the greatest length": (
        f"{WIDE_HEADER}\n{WIDE_ROW.format('in')}\n{WIDE_ROW.format('out')}\n", Expected(2),
    ),
    "10,000 columns": (
        HEADER.strip() + "".join(f",x{number}" for number in range(10_000)) + "\n" + GOOD,
        Expected(refused="too_many_columns"),
    ),
    "ragged rows": (
        HEADER + GOOD * 2 + f"{AT},p,c\n{AT},p,c,in,more\n{AT}\n,,,\n",
        Expected(12, {"field_count_mismatch": 3, "missing_value": 1}),
    ),
    "a column twice": (
        columns("timestamp", "person_id", "camera_id", "event_type", "Camera_ID"),
        Expected(refused="duplicate_columns"),
    ),
    "columns in another order": (
        columns("event_type", "camera_id", "timestamp", "person_id"), Expected(1),
    ),
    "a column of another name": (
        columns("timestamp", "who", "camera_id", "event_type"), Expected(refused="missing_columns"),
    ),
    "more columns": (
        columns("a", "timestamp", "person_id", "", "camera_id", "event_type", "ü"), Expected(1),
    ),
    "a column less": (columns("timestamp", "camera_id", "event_type"),
                      Expected(refused="missing_columns")),
    "no header": (GOOD, Expected(refused="missing_columns")),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 9,
                  Expected(refused="undecodable")),
    "mixed formats of time": (
        timestamps("2026-05-01T10:00:00Z", "2026-05-01T10:00:00.5+02:00", "2026/05/01 10:00:00",
                   "1777624800", "1777624800000", "1777624800000000", "2026-05-01 10:00:00.123456"),
        Expected(19),
    ),
    "day and month that can be read both ways": (
        timestamps("01/02/2026 10:00"), Expected(12, {"ambiguous_timestamp": 1}),
    ),
    "an hour that the clocks skipped": (
        timestamps("2025-03-30 02:30:00"), Expected(12, {"nonexistent_local_time": 1}),
    ),
    "an hour that came twice": (timestamps("2025-10-26 02:30:00"), Expected(13)),
    "the future": (timestamps("2126-05-01 10:00"), Expected(12, {"timestamp_out_of_range": 1})),
    "before 2000": (
        timestamps("1999-12-31 10:00", "0"), Expected(12, {"timestamp_out_of_range": 2}),
    ),
    "words for times": (
        timestamps("now", "infinity", "-infinity", "today", "NaT"),
        Expected(12, {"unparseable_timestamp": 5}),
    ),
    "no time": (timestamps("", "  "), Expected(12, {"missing_value": 2})),
    "mostly bad rows": (HEADER + GOOD + "x\n" * 7, Expected(refused="too_many_rejected_rows")),
    "SQL": (HEADER + GOOD + f"{AT},\"'; drop table raw.loads; --\",$1 %s,in\n", Expected(7)),
    "gzip": (gzip.compress((HEADER + GOOD).encode()), Expected(6)),
    "two gzip members": (gzip.compress((HEADER + GOOD).encode()) + gzip.compress(GOOD.encode()),
                         Expected(12)),
    "truncated gzip": (gzip.compress((HEADER + GOOD).encode())[:-9],
                       Expected(refused="corrupt_archive")),
    "damaged gzip": (gzip.compress((HEADER + GOOD).encode())[:20] + b"damage" * 9,
                     Expected(refused="corrupt_archive")),
}  # fmt: skip
