-- Deletes a guest, with sessions and preferences.
-- id text
DELETE FROM auth."user" WHERE id = ${id} AND "isAnonymous"
