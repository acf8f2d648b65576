"""Reaches into the nodes of a `Manifest`, so that one parse serves all databases.

dbt writes the database's name into each node while parsing, which needs no database itself.
"""

from collections.abc import Container

from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ManifestNode, SourceDefinition

MADE = ("model", "seed")


def point_at(
    manifest: Manifest, database: str, schema: str | None = None, kinds: Container[str] = MADE
) -> None:
    """Make a parsed project one of `database`; `schema` moves nodes of these kinds there."""
    for node in (*manifest.nodes.values(), *manifest.sources.values()):
        if node.resource_type in MADE:
            node.schema = schema if schema and node.resource_type in kinds else node.config.schema
        if node.relation_name:
            node.relation_name = f'"{database}"."{node.schema}"."{_name(node)}"'
        node.database = database


def homes(manifest: Manifest) -> dict[str, str]:
    """Give the schema of each table and view that the project makes."""
    made = [node for node in manifest.nodes.values() if node.resource_type in MADE]
    return {_name(node): node.config.schema for node in made}


def _name(node: ManifestNode | SourceDefinition) -> str:
    return str(node.identifier if node.resource_type == "source" else node.alias)
