"""A file that is uploaded to a running stack is followed until its rows are published."""

import os
import signal

import httpx
import pytest

from tests.e2e.fault_orders import FaultOrders
from tests.e2e.running_stack import FINISH_SECONDS, RunningStack, visits
from tests.event_files import HEADER
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("stack")


def test_an_upload_is_followed_into_the_marts(stack: RunningStack) -> None:
    content = (HEADER + visits(6, "uploaded")).encode()
    with httpx.Client(base_url=f"http://127.0.0.1:{stack.api_port}", timeout=60) as client:
        taken = client.post("/v1/uploads", files={"file": ("uploaded.csv", content)})
        assert taken.status_code == 202, taken.text
        url = taken.headers["location"]
        until(lambda: client.get(url).json()["data"]["load_url"] is not None, 60)
        load_url = client.get(url).json()["data"]["load_url"]
        with client.stream("GET", f"{load_url}/events") as events:
            told = [line for line in events.iter_lines() if line.startswith("event: ")]
        assert told[-1] == "event: published"
        sessions = client.get("/v1/sessions?camera_id=uploaded").json()["data"]
        assert len(sessions) == 6
        assert client.get(load_url).json()["data"]["percent"] == 100
        again = client.post("/v1/uploads?name=again.csv", content=content)
        assert (again.status_code, again.json()["data"]["load_url"]) == (200, load_url)
    assert (stack.landing / "archive" / "uploaded.csv").read_bytes() == content


def test_an_upload_whose_load_was_killed_and_whose_file_is_gone_may_come_again(
    stack: RunningStack, orders: FaultOrders
) -> None:
    """No run takes up what is left of it; a look at the landing folder does."""
    content = (HEADER + visits(1_500, "again")).encode()
    with httpx.Client(base_url=f"http://127.0.0.1:{stack.api_port}", timeout=60) as client:
        orders.give("copying", "hold")
        url = client.post("/v1/uploads?name=again.csv", content=content).headers["location"]
        orders.wait_until_obeyed("copying", FINISH_SECONDS)
        assert client.post("/v1/uploads?name=again.csv", content=content).status_code == 200
        (stack.landing / "again.csv").unlink()
        run_id = stack.load_of("again.csv")["run_id"]
        os.kill(int((stack.home / "run-workers" / f"{run_id}.run").read_text()), signal.SIGKILL)
        orders.release("copying")
        until(lambda: client.get(url).json()["data"]["status"] == "failed", FINISH_SECONDS)
        assert client.post("/v1/uploads?name=again.csv", content=content).status_code == 202
    stack.finished()
    assert stack.load_of("again.csv")["status"] == "loaded"
