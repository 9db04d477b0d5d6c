-- How many preferences a user has under other keys, the bytes of all values, and of the value under this key.
-- userId text, key text
SELECT
  (count(*) FILTER (WHERE key <> ${key}))::int AS "otherKeys",
  coalesce(sum(octet_length(value::text)), 0)::int AS "bytes",
  coalesce(sum(octet_length(value::text)) FILTER (WHERE key = ${key}), 0)::int AS "bytesBefore"
FROM preference WHERE user_id = ${userId}
