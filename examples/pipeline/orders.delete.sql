DELETE FROM sales.orders WHERE ordered_at >= @since
