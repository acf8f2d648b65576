insert into intermediate.build_attempts (load_ids)
values (%(load_ids)s)
on conflict (is_last) do update set
    load_ids = excluded.load_ids,
    started_at = now()
