-- Takes back an attempt that was counted.
-- key text
UPDATE auth.attempt SET attempts = attempts - 1 WHERE key = ${key} AND attempts > 0
