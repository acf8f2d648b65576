"""`dwellhouse keys`: makes, lists and revokes the keys of the API."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from orchestration.commands.api_keys import KnownKey

keys = typer.Typer(
    help="Make, list and revoke the API's keys. Once there is one, everybody needs one.",
    no_args_is_help=True,
)
LINE = "{:<10} {:<24} {:<12} {:<11} {:<11} {}"


class Scope(StrEnum):
    """What a key lets its holder do."""

    read = "read"
    upload = "upload"


@keys.command()
def create(
    name: Annotated[str, typer.Argument(help="Whom or what the key is for")],
    scope: Annotated[list[Scope] | None, typer.Option(help="May be repeated [read]")] = None,
    expires: Annotated[str, typer.Option(help="90d, a date, or never")] = "365d",
) -> None:
    """Make a key and print it: this once, for only its hash is kept."""
    from orchestration.commands.api_keys import create_key, parsed_expiry
    from orchestration.settings import current_settings

    scopes = [item.value for item in scope or [Scope.read]]
    made = create_key(current_settings().home, name, scopes, parsed_expiry(expires))
    print("Keep this key; it cannot be shown again.", file=sys.stderr)
    print(made)


@keys.command(name="list")
def list_() -> None:
    """Show all keys, without their secrets."""
    from orchestration.commands.api_keys import known_keys
    from orchestration.settings import current_settings

    found = known_keys(current_settings().home)
    if not found:
        print("There is no key yet; the API answers on this machine only.")
        return
    print(LINE.format("id", "name", "scopes", "made", "expires", "state"))
    for key in found:
        print(_line(key))


@keys.command()
def revoke(key: Annotated[str, typer.Argument(help="The id or the name of the key")]) -> None:
    """Revoke a key; the API refuses it a second later."""
    from orchestration.commands.api_keys import revoke_key
    from orchestration.settings import current_settings

    revoked = revoke_key(current_settings().home, key)
    print(f"The key {revoked.key_id} ({revoked.name}) is revoked.")


def _line(key: "KnownKey") -> str:
    expires = f"{key.expires_at:%Y-%m-%d}" if key.expires_at else "never"
    scopes, made = ",".join(key.scopes), f"{key.created_at:%Y-%m-%d}"
    return LINE.format(key.key_id, key.name, scopes, made, expires, key.state)
