-- Deletes a user, with sessions and preferences. Returns the sessions.
-- id text
WITH ended AS (DELETE FROM auth.session WHERE "userId" = ${id} RETURNING id),
  deleted AS (DELETE FROM auth."user" WHERE id = ${id})
SELECT id FROM ended
