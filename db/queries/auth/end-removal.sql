-- Records that a removal is done. No row if another instance was first.
-- id int, nowMs bigint
UPDATE auth.removal SET done_at_ms = ${nowMs} WHERE removal_id = ${id} AND done_at_ms IS NULL RETURNING removal_id
