-- Earlier loads of the file, replayed since, have known it where it came from, and go with it. Loads
-- that have left another file in this place before have it no more, for somebody has taken it away.
update raw.loads
set
    stored_as = case
        when load_id = %(load_id)s or stored_as = %(came_from)s then %(stored_as)s else ''
    end
where
    load_id = %(load_id)s
    or stored_as = %(came_from)s
    or (
        stored_as = %(stored_as)s
        and not exists (
            select from raw.loads as written
            where written.load_id = %(load_id)s and written.stored_as = %(stored_as)s
        )
    )
