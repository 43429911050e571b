DELETE FROM shop.orders;
