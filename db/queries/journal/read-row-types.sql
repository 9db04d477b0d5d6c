-- The numbers of the types that commit_batch_2 takes arrays of.
SELECT substr(typname, 7) AS name, oid AS type
FROM pg_type
WHERE typname LIKE 'batch\_%' AND typtype = 'c' AND typnamespace = 'public'::regnamespace
