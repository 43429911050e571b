@{
    Description = 'All customers, replaced as a whole every time'
    Mode        = 'Overwrite'
    Source      = 'shop'
    Table       = 'shop.customers'
}
