-- A day later: one order more, and another that was corrected.
INSERT INTO orders VALUES (4, '2026-06-02 11:00:00', 99.99, 'für Zoë');
UPDATE orders SET amount = 8.00 WHERE order_id = 3;
