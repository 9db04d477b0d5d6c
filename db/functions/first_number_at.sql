-- The first running number of an account that a list has at a time or after it: its numbers rise with market time, so it
-- is found by halving, where an index on the time would cost each commit. One past the last when there is none.
CREATE OR REPLACE FUNCTION first_number_at(p_list text, p_account int, p_ms bigint) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
  base bigint := p_account::bigint << 32;
  before bigint := 0;                -- all up to it are earlier
  after bigint := 4294967296;        -- all from it on are not
  middle bigint;
  found_number bigint;
  found_ms bigint;
BEGIN
  WHILE before + 1 < after LOOP
    middle := (before + after) / 2;
    found_number := NULL;
    CASE p_list
      WHEN 'orders' THEN
        SELECT order_id - base, created_at_ms INTO found_number, found_ms FROM orders
        WHERE order_id >= base + middle AND order_id < base + after ORDER BY order_id LIMIT 1;
      WHEN 'fills' THEN
        SELECT fill_id - base, time_ms INTO found_number, found_ms FROM fill
        WHERE fill_id >= base + middle AND fill_id < base + after ORDER BY fill_id LIMIT 1;
      WHEN 'entries' THEN
        SELECT entry_id - base, time_ms INTO found_number, found_ms FROM ledger_entry
        WHERE entry_id >= base + middle AND entry_id < base + after ORDER BY entry_id LIMIT 1;
      WHEN 'counter entries' THEN
        SELECT counter_number, time_ms INTO found_number, found_ms FROM ledger_entry
        WHERE counter_account_id = p_account AND counter_account_id >= 16 AND counter_number >= middle
          AND counter_number < after
        ORDER BY counter_number LIMIT 1;
    END CASE;
    IF found_number IS NULL OR found_ms >= p_ms THEN
      after := middle;
    ELSE
      before := found_number;
    END IF;
  END LOOP;
  RETURN after;
END $$;
