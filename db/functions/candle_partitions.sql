-- Makes the partitions that bars between the two times need: an hour each of candle_1s, a month (UTC) of candle_1m.
-- CREATE and ATTACH rather than PARTITION OF: that would lock readers of the whole table out.
CREATE OR REPLACE FUNCTION candle_partitions(p_table text, p_from_ms bigint, p_to_ms bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  span interval := CASE p_table WHEN 'candle_1s' THEN interval '1 hour' WHEN 'candle_1m' THEN interval '1 month' END;
  unit text := CASE p_table WHEN 'candle_1s' THEN 'hour' WHEN 'candle_1m' THEN 'month' END;
  low timestamp := date_trunc(unit, to_timestamp(p_from_ms / 1000.0) AT TIME ZONE 'UTC');
  part text;
BEGIN
  -- One maker at a time: two would both find the partition missing.
  PERFORM pg_advisory_xact_lock(43, 1);
  WHILE low <= to_timestamp(p_to_ms / 1000.0) AT TIME ZONE 'UTC' LOOP
    part := p_table || to_char(low, CASE unit WHEN 'hour' THEN '_YYYYMMDD_HH24' ELSE '_YYYYMM' END);
    IF to_regclass(part) IS NULL THEN
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, p_table);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', p_table, part,
        (extract(epoch FROM low) * 1000)::bigint, (extract(epoch FROM low + span) * 1000)::bigint);
    END IF;
    low := low + span;
  END LOOP;
END $$;
