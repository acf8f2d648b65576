{{ camera_buckets('day') }}
