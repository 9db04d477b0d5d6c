-- no transaction: built beside trading.
-- What is forgotten of alerts, each hour, is found by when it was deleted or fired.
DROP INDEX CONCURRENTLY IF EXISTS price_alert_deleted;
CREATE INDEX CONCURRENTLY price_alert_deleted ON price_alert (deleted_at_ms) WHERE deleted_at_ms IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS price_alert_fired;
CREATE INDEX CONCURRENTLY price_alert_fired ON price_alert (fired_at_ms) WHERE fired_at_ms IS NOT NULL;
