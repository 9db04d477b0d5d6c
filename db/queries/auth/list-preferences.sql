-- A user's preferences, all or those with some keys.
-- userId text, keys text[] (or null)
SELECT key, value FROM preference
WHERE user_id = ${userId} AND (${keys}::text[] IS NULL OR key = ANY (${keys}::text[]))
ORDER BY key
