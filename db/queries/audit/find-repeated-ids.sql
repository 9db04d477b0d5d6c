-- Client order ids that an account used for more than one order.
SELECT format('account %s, client order id %s', account_id, client_order_id) AS "row",
  format('orders %s', string_agg((order_id & 4294967295)::text, ', ')) AS fault
FROM orders
GROUP BY account_id, client_order_id
HAVING count(*) > 1
