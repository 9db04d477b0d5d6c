-- Drops the partitions of candle_1s that end at or before the given time. Their names sort as their hours do.
CREATE OR REPLACE FUNCTION drop_candle_partitions(p_before_ms bigint) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  part text;
  dropped int := 0;
  keep text := 'candle_1s' || to_char(to_timestamp(p_before_ms / 1000.0) AT TIME ZONE 'UTC', '_YYYYMMDD_HH24');
BEGIN
  FOR part IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'candle_1s'::regclass AND c.relname < keep
  LOOP
    EXECUTE format('DROP TABLE %I', part);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;
