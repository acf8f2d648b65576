-- The rows that a mart alone has (-) and those that its rebuild alone has (+), as text.
(
    select '- ' || mart::text
    from (select * from marts.{mart} except all select * from scratch.{mart}) as mart
)
union all
(
    select '+ ' || rebuilt::text
    from (select * from scratch.{mart} except all select * from marts.{mart}) as rebuilt
)
