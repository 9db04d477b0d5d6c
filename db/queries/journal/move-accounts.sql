-- Gives a guest's accounts to the user that the guest has become. Moves no money, and can be repeated.
-- A user who already has an account does not get one that the guest never used, because it would count towards the maximum.
-- Unused means: unchanged since it was opened, under the guest's name, without orders, keys and alerts.
-- fromUserId text, toUserId text
UPDATE account_owner SET user_id = ${toUserId}
FROM account
WHERE user_id = ${fromUserId} AND account.account_id = account_owner.account_id
  AND (
    NOT EXISTS (SELECT FROM account_owner own WHERE own.user_id = ${toUserId})
    OR (order_number, entry_number, resets, mode) <> (0, 1, 0, 'cash')
    OR account.name IS DISTINCT FROM (SELECT guest.name FROM auth."user" guest WHERE guest.id = ${fromUserId})
    OR EXISTS (SELECT FROM api_key WHERE api_key.account_id = account.account_id)
    OR EXISTS (SELECT FROM price_alert WHERE price_alert.account_id = account.account_id)
  )
RETURNING account_owner.account_id AS account
