-- Takes back one that has not been applied; no row when there is none such.
-- id int
DELETE FROM corporate_action
WHERE action_id = ${id} AND applied_batch IS NULL
RETURNING action_id AS id
