# Where the rows come from. The stage and the warehouse of this example are the sandbox's, given by quickstart.ps1;
# a real project has them here too, see docs/about_EtlConnection.md.
@{
    shop = @{ Type = 'SQLite'; DataSource = 'data/shop.sqlite' }
}
