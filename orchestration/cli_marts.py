"""The commands on all marts at once: `dwellhouse rebuild` and `dwellhouse verify`."""

import sys

import typer

from orchestration.settings import current_settings


def rebuild() -> None:
    """Make all marts anew from raw and publish them; readers see the old ones until then."""
    from orchestration.runtime.rebuild import RebuildError, rebuilt

    try:
        version = rebuilt(current_settings())
    except RebuildError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error
    print(f"All marts are made anew: data version {version.version}.")


def verify() -> None:
    """Rebuild into scratch tables and compare them with the marts; status 0 if all are equal."""
    from orchestration.runtime.rebuild import RebuildError
    from orchestration.runtime.verification import verified

    try:
        comparisons = verified(current_settings())
    except RebuildError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from error
    for comparison in comparisons:
        print(comparison)
    raise typer.Exit(0 if all(comparison.is_equal for comparison in comparisons) else 1)
