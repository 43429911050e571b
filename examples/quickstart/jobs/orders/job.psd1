@{
    Description = 'Orders; each ongoing load adds those of the given day and later'
    Mode        = 'Append'
    Source      = 'shop'
    Table       = 'shop.orders'
    Parameter   = @{ since = @{ DaysAgo = 1 } }
}
