-- Stores the definitions of the listed instruments; a changed one gets the next version.
-- definitions json
INSERT INTO instrument (symbol, definition, version)
SELECT definition ->> 'symbol', definition, 1
FROM json_array_elements(${definitions}::json) AS listed (definition)
ON CONFLICT (symbol) DO UPDATE SET
  definition = excluded.definition,
  version = instrument.version + (instrument.definition IS DISTINCT FROM excluded.definition)::int
RETURNING symbol, version
