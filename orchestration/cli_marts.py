"""The commands on all marts at once: `dwellhouse rebuild`, `verify` and `docs`."""

import sys
from pathlib import Path
from typing import Annotated

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
    from orchestration.lib.dbt_build import DbtError
    from orchestration.runtime.rebuild import RebuildError
    from orchestration.runtime.verification import verified

    try:
        comparisons = verified(current_settings())
    except (RebuildError, DbtError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from error
    for comparison in comparisons:
        print(comparison)
    raise typer.Exit(0 if all(comparison.is_equal for comparison in comparisons) else 1)


def docs(
    folder: Annotated[Path, typer.Argument(help="Where the page goes.")] = Path("build/dbt-docs"),
) -> None:
    """Write the dbt documentation of all models as one page, which needs no server."""
    from orchestration.lib.dbt_build import DbtError
    from orchestration.runtime.model_docs import written_page

    try:
        page = written_page(current_settings(), folder)
    except DbtError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error
    print(f"Open {page} in a browser.")
