-- How far the days of the market have been settled.
SELECT charged_day AS "chargedDay"
FROM market_calendar
