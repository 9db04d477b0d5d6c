-- Whether a removal is done.
-- id int
SELECT done_at_ms IS NOT NULL AS "isDone" FROM auth.removal WHERE removal_id = ${id}
