-- What the tests of the build said of the version that readers see.

create table marts.quality_tests (
    test_name text primary key,
    model text not null,
    column_name text,
    description text,
    status text not null,
    failures bigint,
    run_at timestamptz not null,
    version bigint not null
);

comment on table marts.quality_tests is
'The latest result of each dbt test on the models. Grain: test_name.';
comment on column marts.quality_tests.test_name is 'What the test is called in dbt.';
comment on column marts.quality_tests.model is 'The table or view that the test is of.';
comment on column marts.quality_tests.column_name is 'The column, where the test is of one.';
comment on column marts.quality_tests.description is 'What the test says, where it needs words.';
comment on column marts.quality_tests.status is
'pass, or warn; a version whose tests fail is never published.';
comment on column marts.quality_tests.failures is 'How many rows break the rule.';
comment on column marts.quality_tests.run_at is
'When it ran last; what only another model can break is tested when all marts are made anew.';
comment on column marts.quality_tests.version is 'The data version that was published after it.';
