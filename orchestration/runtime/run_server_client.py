"""How a process asks the run server for something: one line of JSON there, one back."""

import json
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.runtime.unix_socket import connected_socket

# The run server is started again at once when it dies, and is ready after its imports.
PATIENCE_SECONDS = 45.0
RETRY_SECONDS = 0.1


class RunServerError(RuntimeError):
    """The run server does not answer or refuses; the text says which."""


@dataclass(frozen=True)
class RunServerClient:
    """Talks to the run server whose socket lies in `folder`."""

    folder: Path

    def launch(self, run_id: str, command: Sequence[str]) -> int:
        """Have a worker forked that executes Dagster's `command`; gives its process id."""
        answer = self._ask({"do": "launch", "run_id": run_id, "command": list(command)})
        return int(str(answer["pid"]))

    def terminate(self, run_id: str) -> bool:
        """Interrupt the worker of a run; tells whether there was one."""
        return bool(self._ask({"do": "terminate", "run_id": run_id})["done"])

    def is_ready(self) -> bool:
        """Tell whether the server has imported everything and answers."""
        try:
            return bool(self._exchange({"do": "ping"})["done"])
        except (OSError, RunServerError, ValueError):
            return False

    def _ask(self, request: dict[str, object]) -> dict[str, object]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self._exchange(request)
            except OSError as error:
                if time.monotonic() > deadline:
                    message = "The run server does not answer; look at logs/run-server.log."
                    raise RunServerError(message) from error
                time.sleep(RETRY_SECONDS)

    def _exchange(self, request: dict[str, object]) -> dict[str, object]:
        with connected_socket(self.folder) as connection:
            connection.settimeout(PATIENCE_SECONDS)
            connection.sendall(json.dumps(request).encode() + b"\n")
            connection.shutdown(socket.SHUT_WR)
            with connection.makefile("rb") as answers:
                line = answers.readline()
        if not line:
            message = "The run server ended before it answered."
            raise ConnectionResetError(message)
        answer: dict[str, object] = json.loads(line)
        if "error" in answer:
            raise RunServerError(str(answer["error"]))
        return answer
