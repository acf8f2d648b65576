-- What a table has from its first moment that the current role makes in a schema.
select
    acl.privilege_type,
    pg_get_userbyid(acl.grantee) as role_name
from pg_default_acl
cross join lateral aclexplode(pg_default_acl.defaclacl) as acl
where
    pg_default_acl.defaclobjtype = 'r'
    and pg_default_acl.defaclnamespace = %(schema)s::regnamespace
    and pg_get_userbyid(pg_default_acl.defaclrole) = current_user
    and acl.grantee <> 0
