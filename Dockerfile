# One image for all services; docker-compose.yml says which command each of them runs.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    DWELLHOUSE_HOME=/var/lib/dwellhouse \
    DAGSTER_HOME=/var/lib/dwellhouse/dagster

WORKDIR /app

# What others wrote changes seldom: a layer of its own.
COPY requirements.lock ./
RUN pip install --no-deps --require-hashes -r requirements.lock

# Editable, because the project finds dbt_project/ and workspace.yaml beside its packages.
COPY . .
RUN pip install --no-deps --no-build-isolation --editable .

# Starts a command as `dwellhouse up` would: with the environment that the home folder determines.
COPY --chmod=755 <<'EOF' /usr/local/bin/with-stack-environment
#!/usr/local/bin/python
import os, sys
from orchestration.runtime.environment import stack_environment
from orchestration.runtime.warehouse import Warehouse
from orchestration.settings import load_settings

settings = load_settings()
environment = stack_environment(settings, Warehouse.of_home(settings.home))
os.execvpe(sys.argv[1], sys.argv[1:], environment)
EOF

# The user that owns the mounted landing folder on the host, so that files can be moved in it. The image
# may have one of that number already: root, where root owns the folder or Docker itself is rootless.
ARG USER_ID=1000
RUN useradd --non-unique --uid ${USER_ID} --no-create-home --home-dir /var/lib/dwellhouse dwellhouse \
    && mkdir -p /var/lib/dwellhouse /landing \
    && chown dwellhouse:dwellhouse /var/lib/dwellhouse /landing
USER dwellhouse

CMD ["dwellhouse", "--help"]
