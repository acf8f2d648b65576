"""`python -m serving` runs the API until it is told to stop."""

from types import FrameType

import uvicorn
from pydantic import ValidationError

from serving.answering.load_events import LoadEvents
from serving.front import logs
from serving.front.connections import protocol_of
from serving.main import create_app
from serving.settings import ServingSettings, current_settings, unusable

# Less than the stack waits before it kills.
GRACE_SECONDS = 5


class Server(uvicorn.Server):
    """uvicorn's server, which tells those who follow loads when it ends."""

    def __init__(self, config: uvicorn.Config, events: LoadEvents) -> None:
        super().__init__(config)
        self._events = events

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end."""
        self._events.close()
        super().handle_exit(sig, frame)


def main() -> None:
    """Serve on the address of the settings, in one process."""
    try:
        settings = current_settings()
    except ValidationError as error:
        raise SystemExit(unusable(error, ServingSettings)) from None
    logs.configure(settings.api_log_level)
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        http=protocol_of(settings.api_patience_seconds),
        ws="none",
        forwarded_allow_ips=settings.api_trusted_proxies,
    )
    Server(config, app.state.load_events).run()


if __name__ == "__main__":
    main()
