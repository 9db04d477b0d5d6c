-- What each instrument takes, as its operator set it.
SELECT symbol, status
FROM instrument
