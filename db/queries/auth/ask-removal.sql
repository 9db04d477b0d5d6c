-- Asks for the removal of a user or of an account.
-- userId text or null, account int or null (one of them), nowMs bigint
INSERT INTO auth.removal (user_id, account_id, asked_at_ms) VALUES (${userId}, ${account}, ${nowMs})
RETURNING removal_id AS id
