-- The server's roles, created once by the master through the Data API (README.md); safe to repeat.
-- `valiant` owns everything and cannot log in. valiant_a and valiant_b alternate and act as `valiant`, so that each owns
-- what the other created. The timeouts are set on them, not on the cluster: they keep a stalled leader from holding the
-- fence, and would end anyone else's dumps and migrations. (The migrations set them on `valiant`, but a session that logs
-- in as another role does not inherit them.)
DO $$
DECLARE
  name text;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'valiant') THEN
    CREATE ROLE valiant NOLOGIN;
  END IF;
  -- A standby ends the session of a leader that has stopped, which may have logged in as the other role.
  GRANT pg_signal_backend TO valiant;
  GRANT ALL ON DATABASE valiant TO valiant;
  GRANT ALL ON SCHEMA public TO valiant;
  FOREACH name IN ARRAY ARRAY['valiant_a', 'valiant_b'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I LOGIN IN ROLE valiant', name);
    END IF;
    EXECUTE format('ALTER ROLE %I IN DATABASE valiant SET role = ''valiant''', name);
    EXECUTE format('ALTER ROLE %I IN DATABASE valiant SET transaction_timeout = ''1500ms''', name);
    EXECUTE format('ALTER ROLE %I IN DATABASE valiant SET idle_in_transaction_session_timeout = ''1s''', name);
    EXECUTE format('ALTER ROLE %I IN DATABASE valiant SET lock_timeout = ''1s''', name);
    EXECUTE format('ALTER ROLE %I IN DATABASE valiant SET client_connection_check_interval = ''500ms''', name);
  END LOOP;
END $$;
