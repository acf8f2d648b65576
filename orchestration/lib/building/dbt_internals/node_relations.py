"""Reaches into the nodes of a `Manifest`, so that one parse serves all databases.

dbt writes the database's name into each node while parsing, which needs no database itself.
"""

from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ManifestNode, SourceDefinition


def point_at(manifest: Manifest, database: str, schema: str | None = None) -> None:
    """Make a parsed project one of `database`; `schema` moves the models there."""
    for node in (*manifest.nodes.values(), *manifest.sources.values()):
        if node.resource_type == "model":
            node.schema = schema or node.config.schema
        if node.relation_name:
            node.relation_name = f'"{database}"."{node.schema}"."{_name(node)}"'
        node.database = database


def _name(node: ManifestNode | SourceDefinition) -> str:
    return str(node.identifier if node.resource_type == "source" else node.alias)
