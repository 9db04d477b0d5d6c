-- Orders with an id chosen by the user that have no recorded answer, or one from a batch after their last change. Exits and
-- closing orders have ids that start with #, which users cannot choose.
SELECT format('account %s, order %s', order_id >> 32, order_id & 4294967295) AS "row",
  CASE WHEN answer.batch IS NULL THEN format('has no answer to %s', client_order_id)
    ELSE format('was answered in batch %s, its last change is of batch %s', answer.batch, orders.batch) END AS fault
FROM orders
LEFT JOIN command_result AS answer
  ON answer.account_id = orders.account_id AND answer.command_id = 'o:' || client_order_id
WHERE client_order_id NOT LIKE '#%' AND (answer.batch IS NULL OR answer.batch > orders.batch)
