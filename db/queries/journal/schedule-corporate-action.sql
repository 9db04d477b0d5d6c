-- Schedules a dividend or a split.
-- symbol text, kind text, centsPerLot bigint (or null), numerator int (or null), denominator int (or null), atMs bigint
INSERT INTO corporate_action (symbol, kind, cents_per_lot, numerator, denominator, at_ms)
VALUES (${symbol}, ${kind}, ${centsPerLot}, ${numerator}, ${denominator}, ${atMs})
RETURNING action_id AS id
