-- The last settled day of the market.
SELECT charged_day AS "chargedDay"
FROM market_calendar
