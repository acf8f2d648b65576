"""The hour and the date that an instant counts in, as SQL: those of the models' buckets."""

from psycopg import sql

from serving.queries.statements import statement

# Zones whose clock has jumped within an hour, or by a part of one, since 1970.
UNEVEN_ZONES = (
    "Africa/Monrovia", "America/Caracas", "America/Goose_Bay", "America/Guyana", "America/Moncton",
    "America/Montevideo", "America/Paramaribo", "America/Santo_Domingo", "America/St_Johns",
    "Antarctica/Casey", "Asia/Bishkek", "Asia/Colombo", "Asia/Gaza", "Asia/Hebron",
    "Asia/Hong_Kong", "Asia/Kathmandu", "Asia/Katmandu", "Asia/Kuala_Lumpur", "Asia/Macao",
    "Asia/Macau", "Asia/Pyongyang", "Asia/Singapore", "Asia/Tehran", "Asia/Thimbu",
    "Asia/Thimphu", "Australia/LHI", "Australia/Lord_Howe", "Canada/Newfoundland", "Hongkong",
    "Iran", "NZ-CHAT", "Pacific/Chatham", "Pacific/Guam", "Pacific/Kiritimati", "Pacific/Nauru",
    "Pacific/Norfolk", "Pacific/Pitcairn", "Pacific/Rarotonga", "Pacific/Saipan", "Singapore",
)  # fmt: skip
_UNEVEN = sql.Literal(list(UNEVEN_ZONES))


def hour_start(at: sql.Composable, zone: sql.Composable) -> sql.Composed:
    """Give the start of the zone's hour that holds an instant."""
    return statement("hour_start").format(at=at, zone=zone, uneven=_UNEVEN)


def bucket_date(at: sql.Composable, zone: sql.Composable) -> sql.Composed:
    """Give the date of the zone's day that holds an instant."""
    return statement("bucket_date").format(
        at=at, zone=zone, uneven=_UNEVEN, hour_start=hour_start(at, zone)
    )
