"""All that the pipeline replaces in dbt, or reaches for past what dbt documents: one module a part.

A version of dbt that has moved a part fails `tests/contract/test_dbt_internals.py`, by the part's
name. What is replaced stays so in this process and its forks.
"""
