update marts.data_versions
set kept_snapshot = %(snapshot)s
where version = (select max(version) from marts.data_versions)
