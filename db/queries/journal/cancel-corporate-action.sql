-- Cancels a corporate action that has not been applied; no row if there is none.
-- id int
DELETE FROM corporate_action
WHERE action_id = ${id} AND applied_batch IS NULL
RETURNING action_id AS id
