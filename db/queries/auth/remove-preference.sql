-- Deletes a preference.
-- userId text, key text
DELETE FROM preference WHERE user_id = ${userId} AND key = ${key}
