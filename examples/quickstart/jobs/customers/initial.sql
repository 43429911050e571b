SELECT customer_id, name, city, note, is_member, registered_on
FROM   customers
ORDER  BY customer_id
