"""Every link from one document to another leads to a file and a heading that there are."""

import re
from pathlib import Path

import pytest

from serving.settings import PROJECT_ROOT

DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "landing/*.md", "bench/*.md", "tests/reference/*.md")
    for path in PROJECT_ROOT.glob(pattern)
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", flags=re.MULTILINE)
CODE = re.compile(r"^```.*?^```", flags=re.MULTILINE | re.DOTALL)


def text(document: Path) -> str:
    return CODE.sub("", document.read_text(encoding="utf-8"))


def anchors(document: Path) -> set[str]:
    """Give the names that GitHub makes of the headings."""
    headings = HEADING.findall(text(document))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


LINKS = [
    (document, link)
    for document in DOCUMENTS
    for link in LINK.findall(text(document))
    if not link.startswith("https:")
]


@pytest.mark.parametrize(
    ("document", "link"), LINKS, ids=lambda part: str(getattr(part, "name", part))
)
def test_a_link_leads_somewhere(document: Path, link: str) -> None:
    name, _, anchor = link.partition("#")
    there = (document.parent / name).resolve() if name else document
    assert there.exists()
    assert not anchor or anchor in anchors(there)


def test_links_are_found_at_all() -> None:
    told = {(document.name, link) for document, link in LINKS}
    assert ("api.md", "operations.md#who-may-ask-the-api") in told
    assert {link.partition("#")[0] for _, link in told} >= {
        f"docs/{path.name}" for path in DOCUMENTS if path.parent.name == "docs"
    }
