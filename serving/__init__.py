"""The API."""

import os
import zoneinfo

if "PYTHONTZPATH" not in os.environ:
    # The clocks of the `tzdata` package, which the lock keeps as new as Postgres. A system's
    # own may be years older: times would be read and told by other rules than those of the marts.
    zoneinfo.reset_tzpath(to=())
