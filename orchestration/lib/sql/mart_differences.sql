-- How many rows a mart has, how many it alone (-) or its rebuild alone (+) has, and a few of them.
with differences as (
    select '- ' || mart::text as difference
    from ({mart_rows} except all {rebuilt_rows}) as mart
    union all
    select '+ ' || rebuilt::text
    from ({rebuilt_rows} except all {mart_rows}) as rebuilt
)

select
    (select count(*) from marts.{mart}) as mart_rows,
    (select count(*) from differences) as differing,
    array(select difference from differences limit {shown}) as shown
