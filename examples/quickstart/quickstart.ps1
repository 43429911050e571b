# The main job from end to end, on this machine: a small shop in SQLite, loaded into the sandbox's Redshift.
# Runs in PowerShell 7.4 and later, and without PowerShell by RedshiftEtl.Host.
$ErrorActionPreference = 'Stop'

if (-not (Get-Module RedshiftEtl)) {
    Import-Module "$PSScriptRoot/../../RedshiftEtl.psd1"
}

"1. A small shop: 500 customers and 5,000 orders in SQLite"
$data = "$PSScriptRoot/data"
if ([IO.Directory]::Exists($data)) { [IO.Directory]::Delete($data, $true) }
$null = [IO.Directory]::CreateDirectory($data)
[RedshiftEtl.Sandbox.SqliteScript]::Run("$data/shop.sqlite", [IO.File]::ReadAllText("$PSScriptRoot/shop.sql"))

"2. The sandbox: a stand-in for Redshift and S3 on this machine"
$sandbox = Start-EtlSandbox
$sandbox | Out-Default

try {
    $target = @{ Project = $PSScriptRoot; Stage = $sandbox.Stage; Warehouse = $sandbox.Warehouse }

    "3. The initial loads: the tables are created and filled"
    'customers', 'orders' | Invoke-EtlJob @target | Out-Default

    "4. A day later the shop has 250 more orders, and a customer has moved"
    [RedshiftEtl.Sandbox.SqliteScript]::Run("$data/shop.sqlite", [IO.File]::ReadAllText("$PSScriptRoot/more-orders.sql"))

    "5. The ongoing loads: customers are replaced, the new orders are added"
    & {
        Invoke-EtlJob customers @target
        Invoke-EtlJob orders @target -Parameter @{ since = '2026-06-01' }
    } | Out-Default

    "6. What is in the warehouse now"
    Invoke-RedshiftSql $sandbox.Warehouse @'
SELECT c.city, COUNT(*) AS orders, SUM(o.amount) AS amount, MAX(o.ordered_at) AS last_order
FROM   shop.orders o JOIN shop.customers c ON c.customer_id = o.customer_id
GROUP  BY c.city
ORDER  BY orders DESC
'@ | Out-Default

    "7. The history, written in the same transactions"
    Invoke-RedshiftSql $sandbox.Warehouse 'SELECT job, load, rows_loaded, rows_deleted FROM etl.run ORDER BY started_at' | Out-Default
}
finally {
    Stop-EtlSandbox $sandbox
}
