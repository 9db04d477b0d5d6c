-- Locks a user's preferences until the end of the transaction, so that changes do not run concurrently.
-- userId text
SELECT coalesce("isAnonymous", false) AS "isGuest" FROM auth."user" WHERE "id" = ${userId} FOR NO KEY UPDATE
