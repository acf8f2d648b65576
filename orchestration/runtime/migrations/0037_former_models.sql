-- Models that are no more: no build changes their tables, nor drops them. What a view of somebody's
-- own reads stays.
do $$
declare
    former text;
begin
    foreach former in array array[
        'int_activities_bucketed', 'int_group_weeks_touched', 'int_occupancies_swept',
        'int_person_days_counted', 'int_persons_described', 'int_site_weeks_touched'
    ] loop
        begin
            execute format('drop table if exists intermediate.%I', former);
        exception
            when dependent_objects_still_exist or wrong_object_type then null;
        end;
    end loop;
end
$$;
