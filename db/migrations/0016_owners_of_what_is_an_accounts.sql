ALTER TABLE dead_man VALIDATE CONSTRAINT dead_man_owner_fkey;
ALTER TABLE api_key VALIDATE CONSTRAINT api_key_owner_fkey;
ALTER TABLE price_alert VALIDATE CONSTRAINT price_alert_owner_fkey;
