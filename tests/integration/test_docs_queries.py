"""Every query that a document shows can be asked, by the role that it may be asked as."""

import re

import psycopg
import pytest

from orchestration.runtime.warehouse_urls import Warehouse
from serving.settings import PROJECT_ROOT

DOCUMENTS = [PROJECT_ROOT / "README.md", *sorted((PROJECT_ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```sql\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
IN_SHELL = re.compile(r"dwellhouse sql -c \"(select [^\"]+)\"")
QUERIES = [
    (document.name, query)
    for document in DOCUMENTS
    for text in [document.read_text(encoding="utf-8")]
    for query in [*BLOCK.findall(text), *IN_SHELL.findall(text)]
]
ROLE_OF_SCHEMA = {"access.": "keymaster"}


@pytest.mark.parametrize(("document", "query"), QUERIES)
def test_a_query_can_be_asked(built_warehouse: Warehouse, document: str, query: str) -> None:
    role = next((role for schema, role in ROLE_OF_SCHEMA.items() if schema in query), "reader")
    with psycopg.connect(getattr(built_warehouse, role)) as connection:
        assert connection.execute(query).description, document


def test_queries_are_found_at_all() -> None:
    assert {document for document, _ in QUERIES} == {"README.md", "operations.md"}
