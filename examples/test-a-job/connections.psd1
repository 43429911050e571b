# The test's source is a small SQLite file that test.ps1 makes; stage and warehouse are the sandbox's.
@{
    shop = @{ Type = 'SQLite'; DataSource = 'data/shop.sqlite' }
}
