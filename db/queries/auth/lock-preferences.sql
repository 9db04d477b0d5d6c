-- One change of a user's preferences at a time, until the transaction ends.
-- userId text
SELECT "id" FROM auth."user" WHERE "id" = ${userId} FOR NO KEY UPDATE
