CREATE TABLE sales.orders (
    id         BIGINT NOT NULL,
    ordered_at TIMESTAMP NOT NULL,
    customer   VARCHAR(100),
    total      DECIMAL(10, 2)
)
SORTKEY (ordered_at)
