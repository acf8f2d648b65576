"""What a setting of the API may hold; each says what to write in place of what it refuses."""

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

# As browsers write it: lower case, and no path.
ORIGIN = re.compile(r"\*|[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
# What follows the address of a Redis is the number of a database.
REDIS_DATABASE = re.compile(r"/?[0-9]*")


def parts_of(text: str) -> list[str]:
    """Give what a setting lists by comma."""
    return [part for part in map(str.strip, text.split(",")) if part]


def _redis_url(url: str) -> str:
    if not _is_of_a_redis(url):
        message = (
            "this is no address of a Redis; write it like redis://127.0.0.1:6379/0 (the value is "
            "not shown, as it may hold a password)"
        )
        raise ValueError(message)
    return url


def _is_of_a_redis(url: str) -> bool:
    try:
        parts = urlsplit(url)
        can_be_reached = parts.port != 0
    except ValueError:
        return False
    if parts.scheme == "unix":
        return bool(parts.path)
    has_database = REDIS_DATABASE.fullmatch(parts.path) is not None
    return parts.scheme in ("redis", "rediss") and can_be_reached and has_database


def _origins(text: str) -> str:
    for origin in parts_of(text):
        if not ORIGIN.fullmatch(origin):
            message = (
                f"{origin!r} is no origin; write it in lower case and without a path, like "
                "https://app.example or http://localhost:5173"
            )
            raise ValueError(message)
    return text


def _proxies(text: str) -> str:
    for proxy in parts_of(text) if text != "*" else ():
        try:
            ipaddress.ip_network(proxy)
        except ValueError as error:
            message = (
                f"{proxy!r} is no address of a proxy; write it like 10.0.0.7, or a network like "
                "10.0.0.0/8"
            )
            raise ValueError(message) from error
    return text


RedisUrl = Annotated[str, AfterValidator(_redis_url)]
Origins = Annotated[str, AfterValidator(_origins)]
Proxies = Annotated[str, AfterValidator(_proxies)]
