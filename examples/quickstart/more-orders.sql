-- A day later: 250 orders of a new day, and a customer who moved.
WITH RECURSIVE number(n) AS (SELECT 5001 UNION ALL SELECT n + 1 FROM number WHERE n < 5250)
INSERT INTO orders
SELECT n, 1 + (n * 7) % 500, datetime('2026-06-01', '+' || (n - 5000) || ' minutes'), round(n / 9.0, 2), 'of the new day'
FROM   number;

UPDATE customers SET city = 'Reykjavík' WHERE customer_id = 1;
