-- Keeps nothing under a key any more.
-- userId text, key text
DELETE FROM preference WHERE user_id = ${userId} AND key = ${key}
