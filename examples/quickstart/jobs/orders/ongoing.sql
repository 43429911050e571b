SELECT order_id, customer_id, ordered_at, amount, comment
FROM   orders
WHERE  ordered_at >= @since
ORDER  BY ordered_at
