"""What docs/tables.md says of each table is what the dbt project says of it.

After a change of a description, write it anew: make snapshots
"""

import os

from serving.settings import PROJECT_ROOT
from tests.contract.described_marts import as_markdown

PAGE = PROJECT_ROOT / "docs" / "tables.md"
BEGIN = "<!-- From the descriptions in dbt_project/models/marts; `make snapshots` writes it. -->\n"
END = "<!-- The end of what is written by a program. -->\n"


def test_the_tables_are_described_as_in_the_models() -> None:
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    told, _, after = rest.partition(END)
    wanted = f"\n{as_markdown()}\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        PAGE.write_text(before + BEGIN + wanted + END + after, "utf-8")
        return
    assert told.splitlines() == wanted.splitlines()
    assert END in rest, "the page lacks its markers"
