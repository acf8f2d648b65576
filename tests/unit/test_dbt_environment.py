"""What dbt, and libpq below it, are told of the warehouse."""

import os

from orchestration.lib.building.dbt_environment import SESSION, dbt_environment


def test_parameters_of_the_url_are_told_by_the_names_that_libpq_has() -> None:
    query = "sslmode=require&application_name=mine&options=-c%20work_mem%3D1MB&keepalives=1"
    before = dict(os.environ)
    with dbt_environment(f"postgresql://me:s%40fe@host:5433/one%20db?{query}"):
        told = {name: value for name, value in os.environ.items() if before.get(name) != value}
    assert told == {
        "DBT_HOST": "host",
        "DBT_PORT": "5433",
        "DBT_USER": "me",
        "DBT_ENV_SECRET_PASSWORD": "s@fe",
        "DBT_NAME": "one db",
        "DO_NOT_TRACK": "1",
        "PGSSLMODE": "require",
        "PGAPPNAME": "mine",
        "PGOPTIONS": f"-c work_mem=1MB {SESSION}",
    }
    assert dict(os.environ) == before
