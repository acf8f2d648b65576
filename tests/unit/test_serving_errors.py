"""What is said of a value that a parameter does not have."""

import pytest

from serving.errors import unknown

CAMERAS = ["door", "till"]


@pytest.mark.parametrize(
    ("parameter", "value", "known", "said"),
    [
        ("camera_id", "x", CAMERAS, "'x' is no value of camera_id; known are door, till."),
        ("camera_id", "x", CAMERAS[:1], "'x' is no value of camera_id; known is door."),
        ("camera_id", "dor", CAMERAS, "'dor' is no value of camera_id; did you mean door?"),
        ("sort", "dwel", ["dwell"], "'dwel' is no value of sort; did you mean dwell?"),
        (
            "tz",
            "Mars",
            [str(number) for number in range(99)],
            "'Mars' is no value of tz; write a name of the IANA time zone database, such as "
            "Europe/Berlin.",
        ),
        ("site_id", "x" * 99, [], f"'{'x' * 79}...' is no value of site_id; /v1/sites lists them."),
        ("category", "Café \u202e\n\udcff", [], r"'Café \u202e\n\udcff' is no value of category."),
    ],
)
def test_the_unknown_is_named_with_what_is_known(
    parameter: str, value: str, known: list[str], said: str
) -> None:
    assert unknown(parameter, value, known).detail == said
