-- A small shop: 500 customers and 5,000 orders, with what real text has in it: other scripts, quotes, line breaks, NULLs.
CREATE TABLE customers
(
    customer_id   INTEGER PRIMARY KEY,
    name          VARCHAR(100) NOT NULL,
    city          VARCHAR(50),
    note          TEXT,
    is_member     BOOLEAN NOT NULL,
    registered_on DATE NOT NULL
);

CREATE TABLE orders
(
    order_id    INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    ordered_at  DATETIME NOT NULL,
    amount      DECIMAL(12,2) NOT NULL,
    comment     TEXT
);

WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 500)
INSERT INTO customers
SELECT n,
       CASE n % 5 WHEN 0 THEN 'Zoë Müller' WHEN 1 THEN 'Søren "Sam" Ångström' WHEN 2 THEN '山田 太郎' WHEN 3 THEN 'O''Brien, Pat' ELSE 'Ana 🌵 Núñez' END || ' ' || n,
       CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN 'København' WHEN 2 THEN 'São Paulo' ELSE 'Αθήνα' END,
       CASE n % 6 WHEN 0 THEN '' WHEN 1 THEN NULL WHEN 2 THEN 'first line' || char(10) || 'second, "quoted" line' ELSE 'plain' END,
       n % 3 = 0,
       date('2020-01-01', '+' || n || ' days')
FROM   number;

WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 5000)
INSERT INTO orders
SELECT n,
       1 + (n * 7) % 500,
       datetime('2026-01-01', '+' || (n * 37) || ' minutes'),
       round(5 + (n * 13 % 9973) / 7.0, 2),
       CASE n % 9 WHEN 0 THEN 'ring twice,' || char(13) || char(10) || 'then "wait"' WHEN 1 THEN NULL WHEN 2 THEN '' WHEN 3 THEN 'für Zoë 🎁' ELSE 'none' END
FROM   number;
