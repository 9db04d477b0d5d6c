-- The OIDs of the row types whose arrays commit_batch_3 takes.
SELECT substr(typname, 7) AS name, oid AS type
FROM pg_type
WHERE typname LIKE 'batch\_%' AND typtype = 'c' AND typnamespace = 'public'::regnamespace
