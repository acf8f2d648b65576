-- The date of the hour: a clock may jump back over midnight in the middle of one.
case
    when {zone} <> all({uneven}) then ({at} at time zone {zone})::date
    else ({hour_start} at time zone {zone})::date
end
