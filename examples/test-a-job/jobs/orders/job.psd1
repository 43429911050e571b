@{
    Description = 'All orders, replaced as a whole every time'
    Mode        = 'Overwrite'
    Source      = 'shop'
    Table       = 'shop.orders'
}
