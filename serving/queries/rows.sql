select row_to_json(item)::text as item
from (
    select *
    from ({rows}) as page
    where {conditions}
    order by {orders}
) as page
cross join lateral (select {fields}) as item
order by {orders}
