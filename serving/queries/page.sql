-- One row beyond the page tells whether there are more; keys are written for its last row only.
select
    page.items,
    page.keys,
    published.number,
    published.published_at,
    published.as_of
from (
    select
        string_agg(row_to_json(item)::text, e'\n' order by page.place)
            filter (where page.place <= {limit}) as items,
        case when count(*) > {limit} then array[{keys}] end as keys
    from (
        select
            *,
            row_number() over () as place,
            row_number() over () = {limit} as is_last
        from (
            select *
            from ({rows}) as page
            where {conditions}
            order by {orders}
            limit {limit} + 1
        ) as page
    ) as page
    cross join lateral (select {fields}) as item
) as page
left join ({latest_version}) as published on true
