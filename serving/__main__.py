"""`python -m serving` runs the API until it is told to stop."""

import uvicorn

from serving.connections import protocol_of
from serving.main import create_app
from serving.settings import current_settings

GRACE_SECONDS = 10


def main() -> None:
    """Serve on the address of the settings, in one process."""
    settings = current_settings()
    uvicorn.run(
        create_app(settings),
        host=settings.api_host,
        port=settings.api_port,
        log_level=settings.api_log_level,
        access_log=settings.api_access_log,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        http=protocol_of(settings.api_patience_seconds),
        ws="none",
        forwarded_allow_ips=settings.api_trusted_proxies,
    )


if __name__ == "__main__":
    main()
