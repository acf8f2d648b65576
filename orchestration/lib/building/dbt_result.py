"""What came of a dbt command, in plain words and apart from dbt's own types; imports no dbt."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbt.artifacts.schemas.results import NodeResult
    from dbt.cli.main import dbtRunnerResult

# What is said of a node that could not be done, for the transaction of its build had failed.
GIVEN_UP = "The build had failed already."


@dataclass(frozen=True)
class ModelTest:
    """What a data test said of a model, or of one of its columns; `failures` counts rows."""

    test_name: str
    model: str
    column_name: str | None
    description: str | None
    status: str
    failures: int | None


@dataclass(frozen=True)
class DbtNode:
    """What came of one seed, model or test; `message` is in plain words where it failed."""

    unique_id: str
    name: str
    status: str
    seconds: float
    message: str

    @property
    def is_failed(self) -> bool:
        """Tell whether the node itself failed; one that is skipped or given up is not to blame."""
        return self.status in ("error", "fail", "runtime error") and not self.is_given_up

    @property
    def is_given_up(self) -> bool:
        """Tell whether the node was not done, for another one had failed in its transaction."""
        return GIVEN_UP in self.message


@dataclass(frozen=True)
class DbtResult:
    """What came of one dbt command; `error` says what stopped dbt before any node could fail."""

    success: bool
    nodes: tuple[DbtNode, ...] = ()
    tests: tuple[ModelTest, ...] = ()
    error: str | None = None

    @property
    def failed(self) -> dict[str, str]:
        """Why each failed node failed, by its name."""
        return {node.name: node.message for node in self.nodes if node.is_failed}

    @property
    def explanation(self) -> str:
        """All that went wrong as one text, empty after a success."""
        lines = [f"{name}: {message}" for name, message in self.failed.items()]
        return "\n".join([self.error, *lines] if self.error else lines)


def result_of(outcome: "dbtRunnerResult") -> DbtResult:
    """Give what came of a command from what dbt's runner returns."""
    results = getattr(outcome.result, "results", None) or ()
    error = str(outcome.exception).strip() if outcome.exception else None
    nodes = tuple(_node(result) for result in results)
    tests = tuple(_test(result) for result in results if _is_of_a_model(result))
    return DbtResult(outcome.success, nodes, tests, error)


def _is_of_a_model(result: "NodeResult") -> bool:
    return bool(getattr(result.node, "attached_node", None))


def _test(result: "NodeResult") -> ModelTest:
    node = result.node
    return ModelTest(
        node.name, node.attached_node.rpartition(".")[2], node.column_name,
        node.description or None, str(result.status), result.failures,
    )  # fmt: skip


def _node(result: "NodeResult") -> DbtNode:
    status = str(result.status)
    message = result.message or ""
    if status == "fail" and result.node.resource_type == "test":
        rows = "1 row breaks" if result.failures == 1 else f"{result.failures} rows break"
        message = f"{rows} this rule"
    lines = (line.strip() for line in message.splitlines())
    message = " ".join(line for line in lines if line and not line.startswith("compiled code at"))
    return DbtNode(result.node.unique_id, result.node.name, status, result.execution_time, message)
