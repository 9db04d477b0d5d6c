-- Compiling one of our statements takes a hundred times as long as running it (docs/performance.md, JIT), and a wrong
-- estimate is enough for Postgres to do it. Set on the role in this database, as 0005 does, for a Postgres that we did not
-- set up. No table is touched: safe while another version runs. Sessions begun before keep what they had.
-- locks: what it runs changes a setting of the role, and locks no table
DO $$
BEGIN
  EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET jit = off', current_database());
END $$;
