-- The listed instruments with their current definitions.
SELECT symbol, definition, version FROM instrument ORDER BY symbol
