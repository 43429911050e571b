CREATE SCHEMA IF NOT EXISTS shop;

CREATE TABLE shop.orders
(
    order_id   BIGINT        NOT NULL,
    ordered_at TIMESTAMP     NOT NULL,
    amount     DECIMAL(12,2) NOT NULL,
    comment    VARCHAR(200)
)
SORTKEY (ordered_at);
