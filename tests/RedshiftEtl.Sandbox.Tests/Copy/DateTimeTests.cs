using System.Globalization;
using System.Text;
using CsCheck;
using RedshiftEtl.Sandbox.Copy.Values;

namespace RedshiftEtl.Sandbox.Tests.Copy;

/// <summary>redshift-facts.md 1.4 and 1.7: DATEFORMAT, TIMEFORMAT, ACCEPTANYDATE.</summary>
public sealed class DateTimeTests(PostgresServer server)
{
    private static readonly string[] s_words =
    [
        "2020-01-02", "1996-12-31", "0099-03-04", "19960108", "960108", "700101", "691231", "040809", "235959", "1996.008", "2000.366", "J2451187", "J1721060",
        "12/17/1997", "1/2/03", "02/30/2001", "Jan-08-95", "8-Feb-1999", "1999-Mar-07", "17", "5", "Dec", "may", "September", "1997", "0044",
        "07:37:16", "23:59:59.5", "00:00:00.000001", "12:00:00", "07:37:16-08", "01:02:03+0530", "07:37:16Z", "PST", "UTC", "EST", "CET", "BC", "AD", "AM", "PM",
    ];

    private static readonly Gen<string> s_dates = Gen.Int[0, s_words.Length - 1].Select(i => s_words[i]).Array[1, 4].Select(words => string.Join(' ', words));

    [Theory]
    [InlineData("timestamp", "timeformat 'auto'", "2019-02-11T05:09:12.195Z", "2019-02-11 05:09:12.195")]
    [InlineData("timestamptz", "timeformat 'auto'", "2019-02-11T05:09:12.195Z", "2019-02-11 05:09:12.195+00")]
    [InlineData("timestamptz", "timeformat 'auto'", "2019-02-11 05:09:12.123456+00:00", "2019-02-11 05:09:12.123456+00")]
    [InlineData("timestamptz", "timeformat 'auto'", "2019-02-11 05:09:12-0330", "2019-02-11 08:39:12+00")]
    [InlineData("timestamp", "timeformat 'auto'", "2019-02-11", "2019-02-11 00:00:00")]
    [InlineData("timestamp", "timeformat 'auto'", "1996-01-08 04:05:06.789", "1996-01-08 04:05:06.789")]
    [InlineData("timestamp", "timeformat 'auto'", "19960108 040809", "1996-01-08 04:08:09")]
    [InlineData("timestamp", "timeformat 'auto'", "960108 040809", "1996-01-08 04:08:09")]
    [InlineData("timestamptz", "timeformat 'auto'", "17 Dec 07:37:16 1997 PST", "1997-12-17 15:37:16+00")]
    [InlineData("timestamptz", "timeformat 'auto'", "12/17/1997 07:37:16.00 PST", "1997-12-17 15:37:16+00")]
    [InlineData("timestamp", "timeformat 'auto'", "12/17/1997 07:37:16.00 PST", "1997-12-17 07:37:16")]
    [InlineData("timestamptz", "timeformat 'auto'", "1997-12-17 07:37:16-08", "1997-12-17 15:37:16+00")]
    [InlineData("timestamptz", "timeformat 'auto'", "17.12.1997 07:37:16 UTC", "1997-12-17 07:37:16+00")]
    [InlineData("timestamptz", "timeformat 'auto'", "0001-01-01 00:00:00+15:00", "0001-12-31 09:00:00+00 BC")]
    [InlineData("date", "dateformat 'auto'", "J2451187", "1999-01-08")]
    [InlineData("date", "dateformat 'auto'", "Jan-08-95 BC", "0095-01-08 BC")]
    [InlineData("date", "dateformat 'auto'", "1996.008", "1996-01-08")]
    [InlineData("date", "dateformat 'auto'", "2020-02-29 11:12:13", "2020-02-29")]
    [InlineData("date", "dateformat 'DD/MM/YYYY'", "29/02/2020", "2020-02-29")]
    [InlineData("date", "dateformat as 'MON DD YYYY'", "feb 29 2020", "2020-02-29")]
    [InlineData("date", "dateformat 'YYMMDD'", "690203", "2069-02-03")]
    [InlineData("date", "dateformat 'YYYY-MM-DD HH:MI:SS'", "2020-02-29 23:59:59", "2020-02-29")]
    [InlineData("timestamp", "timeformat 'MM.DD.YYYY HH:MI:SS'", "12.31.2020 23:59:58.25", "2020-12-31 23:59:58.25")]
    [InlineData("timestamp", "timeformat 'DD-MON-YY HH12:MI:SS PM'", "31-Dec-20 12:01:02 AM", "2020-12-31 00:01:02")]
    [InlineData("timestamptz", "timeformat 'YYYY/MM/DD HH24:MI'", "2020/12/31 23:59", "2020-12-31 23:59:00+00")]
    [InlineData("timestamp", "timeformat 'YYYY-MM-DDTHH:MI:SS'", "2020-12-31T23:59:01", "2020-12-31 23:59:01")]
    [InlineData("timestamp", "timeformat 'epochsecs'", "1555000000", "2019-04-11 16:26:40")]
    [InlineData("timestamptz", "timeformat 'epochmillisecs'", "-1", "1969-12-31 23:59:59.999+00")]
    [InlineData("date", "acceptanydate", "0000-00-00", "∅")]
    [InlineData("timestamp", "acceptanydate timeformat 'auto'", "yesterday", "∅")]
    public async Task A_form_is_read(string type, string options, string field, string stored)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, $"a {type}");
        Assert.Equal([stored], await session.RowsAfterAsync(field + "\n", "csv " + options));
    }

    /// <summary>Redshift's parser is PostgreSQL's, so what 'auto' takes must mean the same there; dotted dates are the exception that 1.7 names.</summary>
    [Fact]
    public async Task What_auto_takes_means_the_same_to_PostgreSQL()
    {
        await using CopySession session = await CopySession.OpenAsync(server);
        await session.SqlAsync(
            """
            CREATE FUNCTION reads_as(value text) RETURNS text LANGUAGE plpgsql AS $$
            BEGIN RETURN to_char(value::timestamptz, 'YYYY-MM-DD HH24:MI:SS.US AD'); EXCEPTION WHEN OTHERS THEN RETURN 'refused'; END $$
            """);
        int taken = 0;
        s_dates.Array[500].Sample(
            texts =>
            {
                List<string> accepted = texts.Where(text => Read(text) is not null).ToList();
                taken += accepted.Count;
                string list = string.Join(", ", accepted.Select((text, i) => $"({i}, '{text}')").Append("(-1, 'refused')"));
                var meant = session.SqlAsync($"SELECT reads_as(v) FROM (VALUES {list}) AS x (n, v) WHERE n >= 0 ORDER BY n").GetAwaiter().GetResult();
                Assert.Equal(accepted.Select(text => $"{text} = {Read(text)}"), accepted.Select((text, i) => $"{text} = {meant[i][0]}"));
            },
            iter: 40, threads: 1);
        Assert.InRange(taken, 500, 20_000);
    }

    /// <summary>A text as a TIMESTAMPTZ in UTC, or null if it's refused.</summary>
    private static string? Read(string text)
    {
        if (!AutoDateTime.TryRead(Encoding.UTF8.GetBytes(text), out Instant read))
            return null;
        bool christ = read.Year > 0;
        // .NET knows no years before 1: 400 years have the same days, 4800 cover the range.
        int cycles = christ ? 0 : 4800;
        var time = new DateTime(read.Year + cycles, read.Month, read.Day, read.Hour, read.Minute, read.Second, DateTimeKind.Utc);
        time = time.AddMicroseconds(read.Micro).AddSeconds(-(read.Offset ?? 0));
        int year = time.Year - cycles;
        return string.Create(CultureInfo.InvariantCulture, $"{(year > 0 ? year : 1 - year):0000}-{time:MM-dd HH:mm:ss.ffffff} {(year > 0 ? "AD" : "BC")}");
    }

    [Theory]
    [InlineData("date", "dateformat 'auto'", "0000-01-01", 1205)]
    [InlineData("date", "dateformat 'auto'", "now", 1205)]
    [InlineData("date", "dateformat 'auto'", "infinity", 1205)]
    [InlineData("date", "dateformat 'auto'", "13/13/2020", 1205)]
    [InlineData("date", "dateformat 'DD/MM/YYYY'", "2020-02-29", 1205)]
    [InlineData("timestamp", "timeformat 'auto'", "1555000000", 1206)]
    [InlineData("timestamp", "timeformat 'auto'", "2020-01-01 25:00:00", 1206)]
    [InlineData("timestamp", "timeformat 'epochsecs'", "2020-01-01 00:00:00", 1206)]
    [InlineData("timestamp", "timeformat 'epochsecs'", "99999999999999999", 1206)]
    [InlineData("timestamptz", "timeformat 'auto'", "2020-01-01 00:00:00 XYZ", 1206)]
    public async Task A_form_is_refused(string type, string options, string field, int code)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, $"a {type}");
        Assert.Equal(code, (await session.ErrorAsync(field + "\n", "csv " + options)).Code);
    }
}
