-- Ten orders a day from @since to the end of January: a made-up table, so that the example needs no data.
WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 309)
SELECT
    n + 1 AS id,
    datetime('2026-01-01', (n / 10) || ' days', (n % 10) || ' hours') AS ordered_at,
    'Customer ' || (n % 7) AS customer,
    round(9.95 + n % 50, 2) AS total
FROM number
WHERE date('2026-01-01', (n / 10) || ' days') >= @since
