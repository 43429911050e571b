CREATE SCHEMA IF NOT EXISTS shop;

CREATE TABLE shop.customers
(
    customer_id   BIGINT       NOT NULL,
    name          VARCHAR(400) NOT NULL,
    city          VARCHAR(200),
    note          VARCHAR(2000),
    is_member     BOOLEAN      NOT NULL,
    registered_on DATE         NOT NULL,
    PRIMARY KEY (customer_id)
)
DISTSTYLE ALL
SORTKEY (customer_id);
