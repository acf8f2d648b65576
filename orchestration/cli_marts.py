"""The commands on all marts at once: `dwellhouse rebuild`, `verify` and `docs`."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.lib.foreseen_error import ForeseenError, told_of


class UnverifiedError(ForeseenError):
    """The marts could not be compared; status 1 says that one differs."""

    exit_status = 2


def rebuild() -> None:
    """Make all marts anew from raw and publish them; readers see the old ones until then."""
    from orchestration.commands.rebuild import rebuilt
    from orchestration.settings import current_settings

    version = rebuilt(current_settings())
    print(f"All marts are made anew: data version {version.version}.")


def verify() -> None:
    """Rebuild into scratch tables and compare them with the marts; status 0 if all are equal."""
    from orchestration.commands.verification import verified
    from orchestration.settings import current_settings

    try:
        comparisons = verified(current_settings())
    except Exception as error:
        message = told_of(error)
        if message is None:
            raise
        raise UnverifiedError(message) from error
    for comparison in comparisons:
        print(comparison)
    raise typer.Exit(0 if all(comparison.is_equal for comparison in comparisons) else 1)


def docs(
    folder: Annotated[Path, typer.Argument(help="Where the page goes.")] = Path("build/dbt-docs"),
) -> None:
    """Write the dbt documentation of all models as one page, which needs no server."""
    from orchestration.commands.model_docs import written_page
    from orchestration.settings import current_settings

    page = written_page(current_settings(), folder)
    print(f"Open {page} in a browser.")
