# The three steps by hand, on a sandbox: load a table, then replace its last days, in one transaction each.
# Needs no AWS account and no database: an empty file is an empty SQLite database, and orders.sql makes its rows up.
$ErrorActionPreference = 'Stop'

$work = [IO.Directory]::CreateTempSubdirectory('pipeline-').FullName
[IO.File]::WriteAllBytes("$work/shop.db", [byte[]]::new(0))
$shop = @{ Type = 'SQLite'; DataSource = "$work/shop.db" }

$sandbox = Start-EtlSandbox
try {
    Invoke-RedshiftSql $sandbox.Warehouse 'CREATE SCHEMA sales'

    foreach ($since in '2026-01-01', '2026-01-25') {
        # One dictionary for the query and the delete: what is deleted is what is read again.
        $window = @{ since = $since }
        Export-EtlSource -Source $shop -SqlFile "$PSScriptRoot/orders.sql" -Parameter $window |
            Send-EtlStage -Stage $sandbox.Stage -Name orders |
            Invoke-RedshiftCopy -Warehouse $sandbox.Warehouse -Table sales.orders `
                -CreateSqlFile "$PSScriptRoot/orders.create.sql" -DeleteSqlFile "$PSScriptRoot/orders.delete.sql" -DeleteParameter $window
    }

    Invoke-RedshiftSql $sandbox.Warehouse 'SELECT count(*) AS orders, sum(total) AS total, max(ordered_at) AS latest FROM sales.orders'
    Invoke-RedshiftSql $sandbox.Warehouse 'SELECT job, status, rows_deleted, rows_loaded FROM etl.run ORDER BY started_at'
}
finally {
    $sandbox | Stop-EtlSandbox
    [IO.Directory]::Delete($work, $true)
}
