-- Forgets alerts that were deleted before a time, and those that fired before another.
-- deletedBeforeMs bigint, firedBeforeMs bigint
DELETE FROM price_alert WHERE deleted_at_ms < ${deletedBeforeMs} OR fired_at_ms < ${firedBeforeMs}
