-- As the macro hour_start of the models: where a clock jumps by half an hour, its hour is cut there.
-- Elsewhere truncation alone says the same, at a fraction of the cost.
case
    when {zone} <> all({uneven}) then date_trunc('hour', {at}, {zone})
    when extract(minute from date_trunc('hour', {at}, {zone}) at time zone {zone}) = 0
        then date_trunc('hour', {at}, {zone})
    else date_trunc('hour', date_trunc('hour', {at}, {zone}), {zone}) + interval '1 hour'
end
