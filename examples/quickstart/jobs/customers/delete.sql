DELETE FROM shop.customers;
