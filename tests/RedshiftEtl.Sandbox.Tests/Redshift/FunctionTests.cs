using System.Globalization;

namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>Functions as AWS's Database Developer Guide describes them (DESIGN.md section 4).</summary>
public sealed class FunctionTests(Warehouse warehouse)
{
    [Theory]
    [InlineData("DATEADD(month, 1, '2020-01-31'::date)", "2020-02-29 00:00:00")]
    [InlineData("DATEADD(month, 1, '2020-02-29'::date)", "2020-03-31 00:00:00")]
    [InlineData("DATEADD('day', -30, '2020-03-01'::timestamp)", "2020-01-31 00:00:00")]
    [InlineData("DATEADD(hr, 5, '2020-03-01 22:30:00'::timestamp)", "2020-03-02 03:30:00")]
    [InlineData("DATEADD(ms, 5, '2020-03-01'::timestamp)", "2020-03-01 00:00:00.005")]
    [InlineData("DATEDIFF(week, '2009-01-01', '2009-12-31')", "52")]
    [InlineData("DATEDIFF(year, '2008-12-31', '2009-01-01')", "1")]
    [InlineData("DATEDIFF(month, '2009-01-31', '2009-02-01')", "1")]
    [InlineData("DATEDIFF(qtr, '1998-07-01'::date, '2008-12-31'::date)", "41")]
    [InlineData("DATEDIFF(hour, '2020-01-01 00:59:59'::timestamp, '2020-01-01 01:00:00'::timestamp)", "1")]
    [InlineData("DATEDIFF(day, '2020-01-02'::timestamp, '2020-01-01 23:59:59'::timestamp)", "-1")]
    [InlineData("DATE_PART(dow, '2020-03-01'::date)", "0")]
    [InlineData("EXTRACT(year FROM '2020-03-01'::date)", "2020")]
    [InlineData("EXTRACT(second FROM '2020-03-01 10:11:12.75'::timestamp)", "12")]
    [InlineData("DATE_TRUNC('week', '2020-03-04'::date)", "2020-03-02 00:00:00")]
    [InlineData("TRUNC('2020-03-04 10:11:12'::timestamp)", "2020-03-04")]
    [InlineData("TRUNC(2.789, 1)", "2.7")]
    [InlineData("ADD_MONTHS('2008-02-29'::date, 12)", "2009-02-28 00:00:00")]
    [InlineData("ADD_MONTHS('2008-05-31'::date, 1)", "2008-06-30 00:00:00")]
    [InlineData("LAST_DAY('2020-02-03'::date)", "2020-02-29")]
    [InlineData("MONTHS_BETWEEN('1969-01-18'::date, '1969-03-18'::date)", "-2")]
    [InlineData("CONVERT_TIMEZONE('America/New_York', '2013-02-01 08:00:00'::timestamp)", "2013-02-01 03:00:00")]
    [InlineData("CONVERT_TIMEZONE('EST', 'PST', '2008-08-21 07:23:54'::timestamp)", "2008-08-21 04:23:54")]
    [InlineData("NVL(NULL, NULL, 3)", "3")]
    [InlineData("NVL2(NULL, 'a', 'b')", "b")]
    [InlineData("DECODE(NULL, 1, 'one', NULL, 'none', 'other')", "none")]
    [InlineData("DECODE(3, 1, 'one', 2, 'two')", "∅")]
    [InlineData("ISNULL(NULL, 5)", "5")]
    [InlineData("LEN('français')", "8")]
    [InlineData("LEN('a  ')", "3")]
    [InlineData("OCTET_LENGTH('é')", "2")]
    [InlineData("CHARINDEX('fish', 'dogfish')", "4")]
    [InlineData("STRTOL('0xf', 16)", "15")]
    [InlineData("STRTOL('-11', 2)", "-3")]
    [InlineData("MD5('Amazon Redshift')", "f7415e33f972c03abd4f3fed36748f7a")]
    [InlineData("SHA2('Amazon Redshift', 0)", "e3f9e3e8cba3f1a2ef4d4fcec8a4f8e2", true)]
    [InlineData("CONCAT('a', NULL)", "∅")]
    [InlineData("REGEXP_REPLACE('a-b-c', '-', '+')", "a+b+c")]
    [InlineData("REGEXP_SUBSTR('abc', 'x')", "")]
    [InlineData("JSON_EXTRACT_PATH_TEXT('{\"a\": {\"b\": 7}}', 'a', 'b')", "7")]
    [InlineData("TO_CHAR('2009-12-31 23:15:59'::timestamp, 'MONTH-DY-DD-YYYY HH12:MIPM')", "DECEMBER -THU-31-2009 11:15PM")]
    [InlineData("TO_DATE('02 Oct 2001', 'DD Mon YYYY')", "2001-10-02")]
    [InlineData("LISTAGG('x', ',')", "x")]
    public async Task A_function_gives(string expression, string expected, bool onlyLength = false)
    {
        await using var session = await warehouse.SessionAsync();
        string actual = await session.RowsAsync($"SELECT ({expression})::varchar");
        if (onlyLength) Assert.Equal(64, actual.Length);
        else Assert.Equal(expected, actual);
    }

    [Fact]
    public async Task Averages_of_integers_are_cut_off()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (a int, b bigint, c decimal(5, 2))");
        await session.RunAsync("INSERT INTO t VALUES (1, 1, 1), (2, 2, 2)");
        Assert.Equal("1|1", await session.RowsAsync("SELECT AVG(a), AVG(b) FROM t"));
        Assert.Equal(1.5m, Convert.ToDecimal(await session.ValueAsync("SELECT AVG(c) FROM t"), CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Listagg_orders_within_its_group()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (g int, v varchar(9))");
        await session.RunAsync("INSERT INTO t VALUES (1, 'b'), (1, 'a'), (2, 'c'), (1, 'b')");
        Assert.Equal("1|a;b;b\n2|c", await session.RowsAsync("SELECT g, LISTAGG(v, ';') WITHIN GROUP (ORDER BY v) FROM t GROUP BY g ORDER BY g"));
        Assert.Equal("1|a,b\n2|c", await session.RowsAsync("SELECT g, LISTAGG(DISTINCT v, ',') FROM t GROUP BY g ORDER BY g"));
    }

    [Fact]
    public async Task Top_limits_its_own_select()
    {
        await using var session = await warehouse.SessionAsync();
        Assert.Equal("3\n2", await session.RowsAsync("SELECT TOP 2 n FROM (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3) AS s ORDER BY n DESC"));
        Assert.Equal("1", await session.RowsAsync("SELECT count(*) FROM (SELECT TOP 1 n FROM (SELECT 1 AS n UNION ALL SELECT 2) AS a) AS b"));
    }

    [Fact]
    public async Task Getdate_is_a_timestamp_without_zone_and_sysdate_holds_still_in_a_transaction()
    {
        await using var session = await warehouse.SessionAsync();
        Assert.IsType<DateTime>(await session.ValueAsync("SELECT GETDATE()"));
        await session.RunAsync("BEGIN");
        object? first = await session.ValueAsync("SELECT SYSDATE");
        Assert.Equal(first, await session.ValueAsync("SELECT SYSDATE"));
        await session.RunAsync("COMMIT");
    }

    [Theory]
    [InlineData("SELECT string_agg('a', ',')")]
    [InlineData("SELECT array_agg(1)")]
    [InlineData("SELECT gen_random_uuid()")]
    [InlineData("SELECT pg_advisory_lock(1)")]
    public async Task Functions_of_PostgreSQL_are_refused(string sql)
    {
        await using var session = await warehouse.SessionAsync();
        await session.FailsAsync(sql, "42883");
    }

    [Theory]
    [InlineData("SELECT * FROM (SELECT 1 AS a) AS t PIVOT (count(*) FOR a IN (1, 2))")]
    [InlineData("SELECT TRY_CAST('a' AS int)")]
    [InlineData("UNLOAD ('select 1') TO 's3://b/k' IAM_ROLE default")]
    public async Task What_the_sandbox_lacks_it_says(string sql)
    {
        await using var session = await warehouse.SessionAsync();
        Assert.StartsWith("the sandbox lacks", (await session.FailsAsync(sql, "0A000")).MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listagg_and_median_are_window_functions_too()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE w (g int, n int, s varchar(5))");
        await session.RunAsync("INSERT INTO w VALUES (1, 10, 'b'), (1, 20, 'a'), (1, 60, 'c'), (2, 5, 'z'), (2, 6, 'y')");
        Assert.Equal("1|a, b, c|20\n1|a, b, c|20\n1|a, b, c|20\n2|y, z|5.5\n2|y, z|5.5",
            await session.RowsAsync("SELECT g, LISTAGG(s, ', ') WITHIN GROUP (ORDER BY s) OVER (PARTITION BY g), MEDIAN(n) OVER (PARTITION BY g) FROM w ORDER BY g, n"));
    }
}
