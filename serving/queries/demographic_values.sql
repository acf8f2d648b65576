select distinct
    coalesce(age_group, 'unknown') as age_group,
    coalesce(gender, 'unknown') as gender
from marts.dim_persons
