select
    row_to_json(item)::text as item,
    array[{keys}] as keys
from (
    select *
    from ({rows}) as page
    where {conditions}
    order by {orders}
    limit {limit}
) as page
cross join lateral (select {fields}) as item
order by {orders}
