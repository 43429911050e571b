using System.Globalization;

namespace RedshiftEtl.Bench;

/// <summary>A SQLite file with a table like PostgreSQL's.</summary>
internal static class BenchSqlite
{
    /// <summary>Makes the file.</summary>
    public static void Fill(string file, long rows)
    {
        File.Delete(file);
        Shell.Run("sqlite3", file, string.Create(CultureInfo.InvariantCulture, $"""
            PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
            CREATE TABLE t (id INTEGER PRIMARY KEY, customer_id INTEGER, order_date DATE, created_at DATETIME, amount DECIMAL(12,2), score REAL, active BOOLEAN, name TEXT,
              note TEXT, hash TEXT, qty INTEGER, opt INTEGER, city TEXT, status TEXT, ratio DOUBLE, payload BLOB);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {rows})
            INSERT INTO t SELECT i, (i * 7919) % 100000, date('2020-01-01', (i % 2000) || ' days'), datetime(1577836800 + i, 'unixepoch'), ((i * 13) % 1000000) / 100.0,
              abs(random() % 1000000) / 997.0, i % 2, 'Customer name ' || i, CASE WHEN i % 10 = 0 THEN NULL ELSE 'note, with "quotes" ' || i END, lower(hex(randomblob(16))), i % 100,
              CASE WHEN i % 4 = 0 THEN NULL ELSE i % 1000 END, 'city-' || (i % 500), CASE i % 4 WHEN 0 THEN 'new' WHEN 1 THEN 'paid' WHEN 2 THEN 'sent' ELSE 'closed' END, i / 7.0, randomblob(8)
            FROM n;
            """));
    }
}
