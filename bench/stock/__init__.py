"""The same job written as the tutorials of Dagster, dbt and Great Expectations write it."""
