copy access.requests (
    asked_at, request_id, key_id, address, method, path, query, status, rows_sent, seconds
) from stdin
