-- Who attended which bucket, whatever numbers the persons have.
select
    days.site_id,
    days.bucket_start,
    days.local_date,
    persons.person_id,
    get_bit(days.seen_persons, mod(persons.person_number, 2048)) as is_seen,
    get_bit(days.stayed_persons, mod(persons.person_number, 2048)) as has_stayed
from {schema}.{mart} as days
inner join {schema}.dim_persons as persons on days.person_block = persons.person_number / 2048
where
    get_bit(
        days.seen_persons | days.stayed_persons, mod(persons.person_number, 2048)
    ) = 1
