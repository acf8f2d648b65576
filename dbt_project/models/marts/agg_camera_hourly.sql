{{ camera_buckets('hour') }}
