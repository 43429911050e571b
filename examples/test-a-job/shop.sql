CREATE TABLE orders (order_id INTEGER PRIMARY KEY, ordered_at DATETIME NOT NULL, amount DECIMAL(12,2) NOT NULL, comment TEXT);
INSERT INTO orders VALUES
    (1, '2026-05-30 08:00:00', 10.50, 'plain'),
    (2, '2026-05-31 09:30:00', 20.25, NULL),
    (3, '2026-06-01 10:00:00', 7.00, '');
