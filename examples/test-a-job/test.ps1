# A test of the job in jobs/orders for a project's CI: runs it on a sandbox and compares the table's rows.
# Runs in PowerShell 7.4 and later, and without PowerShell by RedshiftEtl.Host. The exit code is 1 if a row differs.
$ErrorActionPreference = 'Stop'

if (-not (Get-Module RedshiftEtl)) {
    Import-Module "$PSScriptRoot/../../RedshiftEtl.psd1"
}

$data = "$PSScriptRoot/data"
if ([IO.Directory]::Exists($data)) { [IO.Directory]::Delete($data, $true) }
$null = [IO.Directory]::CreateDirectory($data)
[RedshiftEtl.Sandbox.SqliteScript]::Run("$data/shop.sqlite", [IO.File]::ReadAllText("$PSScriptRoot/shop.sql"))

function Assert-Rows([string] $After, [string[]] $Expected) {
    $sql = "SELECT order_id || '|' || amount || '|' || NVL('<' || comment || '>', 'NULL') AS line FROM shop.orders ORDER BY order_id"
    $actual = @(foreach ($row in Invoke-RedshiftSql $sandbox.Warehouse $sql) { $row.line })
    if (($actual -join "`n") -cne ($Expected -join "`n")) {
        throw "After the $After load, expected:`n$($Expected -join "`n")`nfound:`n$($actual -join "`n")"
    }
    "ok: $After, $($actual.Count) rows"
}

$sandbox = Start-EtlSandbox
try {
    $target = @{ Project = $PSScriptRoot; Stage = $sandbox.Stage; Warehouse = $sandbox.Warehouse }

    $null = Invoke-EtlJob orders -Load Initial @target
    Assert-Rows 'Initial' '1|10.50|<plain>', '2|20.25|NULL', '3|7.00|<>'

    [RedshiftEtl.Sandbox.SqliteScript]::Run("$data/shop.sqlite", [IO.File]::ReadAllText("$PSScriptRoot/next-day.sql"))
    $null = Invoke-EtlJob orders -Load Ongoing @target
    Assert-Rows 'Ongoing' '1|10.50|<plain>', '2|20.25|NULL', '3|8.00|<>', '4|99.99|<für Zoë>'
}
finally {
    Stop-EtlSandbox $sandbox
}
