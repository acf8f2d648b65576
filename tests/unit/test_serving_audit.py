"""What the record of requests keeps of an address."""

from serving.front.audit import LONGEST_TEXT, shortened

SECRET = "aB3-_" * 8 + "xyz"
TOKEN = f"dwh_0a1b2c3d_{SECRET}"


def test_the_secret_of_a_key_does_not_get_into_the_record() -> None:
    assert shortened(f"/v1/persons/{TOKEN}".encode()) == "/v1/persons/dwh_0a1b2c3d_..."
    twice = f"api_key={TOKEN}&limit=2&key={TOKEN}".encode()
    assert shortened(twice) == "api_key=dwh_0a1b2c3d_...&limit=2&key=dwh_0a1b2c3d_..."
    for begin in range(LONGEST_TEXT - len(TOKEN) - 2, LONGEST_TEXT + 2):
        assert "aB3" not in shortened(("x" * begin + TOKEN).encode())


def test_what_is_no_text_is_kept_as_it_can_be() -> None:
    assert shortened(b"/v1/\xff\x00") == "/v1/\\xff%00"
