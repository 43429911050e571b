CREATE SCHEMA IF NOT EXISTS shop;

CREATE TABLE shop.orders
(
    order_id    BIGINT        NOT NULL,
    customer_id BIGINT        NOT NULL,
    ordered_at  TIMESTAMP     NOT NULL,
    amount      DECIMAL(12,2) NOT NULL,
    comment     VARCHAR(2000)
)
DISTKEY (customer_id)
SORTKEY (ordered_at);
