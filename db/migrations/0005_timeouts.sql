-- A stalled leader must not hold the fence open (reliability A4): what a transaction of this role may take. Set on the
-- role, since poolers refuse connection options; in this database only, since the role may have others. Sessions begun
-- before keep what they had. Migrations, audits and exports SET transaction_timeout = 0 for themselves.
DO $$
DECLARE
  setting text[];
BEGIN
  FOREACH setting SLICE 1 IN ARRAY ARRAY[
    ['transaction_timeout', '1500ms'], ['idle_in_transaction_session_timeout', '1s'], ['lock_timeout', '1s'],
    ['client_connection_check_interval', '500ms']]
  LOOP
    EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET %I = %L', current_database(), setting[1], setting[2]);
  END LOOP;
END $$;
