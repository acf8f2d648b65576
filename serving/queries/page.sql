-- One row beyond the page tells whether there are more; where there are, the keys are those of the
-- row before it. Aggregates take the rows in the order of the subquery: sorting them again would
-- cost as much as reading them.
select
    page.items,
    page.keys,
    published.number,
    published.published_at,
    published.as_of
from (
    select
        string_agg(row_to_json(item)::text, e'\n') as items,
        case when count(*) > {limit} then array[{keys}] end as keys
    from (
        select *
        from ({rows}) as page
        where {conditions}
        order by {orders}
        limit {limit} + 1
    ) as page
    cross join lateral (select {fields}) as item
) as page
left join ({latest_version}) as published on true
