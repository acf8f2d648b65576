-- All of a person but the number, of which each build from nothing may give another.
select to_jsonb(persons) - 'person_number' as person
from {schema}.{mart} as persons
