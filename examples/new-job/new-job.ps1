# Jobs that are written for you, on a sandbox: New-EtlJob makes a folder for each table of a database, and Invoke-EtlJob runs them.
# Then rows change, and the next load merges them by key. Needs no AWS account.
$ErrorActionPreference = 'Stop'

$work = [IO.Directory]::CreateTempSubdirectory('new-job-').FullName
[RedshiftEtl.Sandbox.SqliteScript]::Run("$work/shop.db", @'
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, changed_at TIMESTAMP NOT NULL);
INSERT INTO customers VALUES (1, 'Ada', '2026-01-01 08:00:00'), (2, 'Grace', '2026-01-02 08:00:00');
CREATE TABLE orders (id INTEGER, line INTEGER, item TEXT, price DECIMAL(10,2), changed_at TIMESTAMP NOT NULL, PRIMARY KEY (id, line));
INSERT INTO orders VALUES (1, 1, 'tea', 2.50, '2026-01-03 08:00:00'), (1, 2, 'cup', 4.00, '2026-01-03 08:00:00');
'@)
[IO.File]::WriteAllText("$work/connections.psd1", "@{ shop = @{ Type = 'SQLite'; DataSource = 'shop.db' } }")

$sandbox = Start-EtlSandbox
try {
    $where = @{ Project = $work; Stage = $sandbox.Stage; Warehouse = $sandbox.Warehouse }

    # A folder for each table: types, keys, order, and the SQL of a merge that goes on after the greatest changed_at.
    New-EtlJob -Source shop -SourceTable * -Schema sales -Watermark changed_at -Project $work
    [IO.File]::ReadAllText("$work/jobs/orders/create.sql")

    # The initial load creates the tables.
    Get-EtlJob -Project $work | Invoke-EtlJob @where | ForEach-Object { "$_" }

    [RedshiftEtl.Sandbox.SqliteScript]::Run("$work/shop.db", @'
UPDATE orders SET price = 3.00, changed_at = '2026-01-04 08:00:00' WHERE line = 1;
INSERT INTO orders VALUES (2, 1, 'pot', 19.90, '2026-01-04 09:00:00');
'@)

    # The ongoing load brings what has changed since, and replaces by key.
    $run = Invoke-EtlJob orders @where
    "orders: $($run.RowsInserted) new, $($run.RowsReplaced) replaced"
    Invoke-RedshiftSql $sandbox.Warehouse 'SELECT id, line, item, price FROM sales.orders ORDER BY id, line' | ForEach-Object { "$($_.id)-$($_.line) $($_.item) $($_.price)" }

    # What the tables would need; here they are too small to matter, and it says so.
    Optimize-RedshiftTable sales.* -Warehouse $sandbox.Warehouse -WhatIf | ForEach-Object { "$_ ($($_.Reasons -join ' '))" }
}
finally {
    $sandbox | Stop-EtlSandbox
    [IO.Directory]::Delete($work, $true)
}
