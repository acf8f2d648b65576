insert into intermediate.build_attempts (models, load_ids)
values (%(models)s, %(load_ids)s)
on conflict (is_last) do update set
    models = excluded.models,
    load_ids = excluded.load_ids,
    started_at = now()
