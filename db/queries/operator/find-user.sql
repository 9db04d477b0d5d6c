-- The user with an e-mail address, or the owner of an account, and the accounts that are not closed.
-- email text or null, account int or null
SELECT id, coalesce("isAnonymous", false) AS "isGuest", ARRAY(
    SELECT account_id FROM account_owner JOIN account USING (account_id)
    WHERE user_id = owner.id AND mode <> 'closed' ORDER BY account_id
  ) AS accounts
FROM auth."user" owner
WHERE email = lower(${email}) OR id = (
  SELECT user_id FROM account_owner JOIN account USING (account_id) WHERE account_id = ${account} AND mode <> 'closed'
)
