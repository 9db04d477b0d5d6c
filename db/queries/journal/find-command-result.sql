-- The recorded answer to a command.
-- account int, commandId text
SELECT payload_hash AS "payloadHash", batch, result::json AS result
FROM command_result
WHERE account_id = ${account} AND command_id = ${commandId}
