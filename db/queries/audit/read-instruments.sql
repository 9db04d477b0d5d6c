-- What is listed, as it is defined now.
SELECT symbol, definition, version FROM instrument ORDER BY symbol
