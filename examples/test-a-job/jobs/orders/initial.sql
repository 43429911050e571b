SELECT order_id, ordered_at, amount, comment
FROM   orders
ORDER  BY ordered_at
