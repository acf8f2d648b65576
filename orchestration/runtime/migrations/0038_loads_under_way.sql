-- What a killed process has left as `loading` is looked for before each load.
create index loads_under_way on raw.loads (load_id) where status = 'loading';
