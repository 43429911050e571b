using RedshiftEtl.Sandbox.Copy;
using RedshiftEtl.Sandbox.Redshift;

namespace RedshiftEtl.Sandbox.Tests.Copy;

/// <summary>redshift-facts.md 1.1, 1.3, 1.4, 7.3: the statement itself.</summary>
public sealed class StatementTests(PostgresServer server)
{
    private const string From = "from 's3://b/data'";

    [Theory]
    [InlineData($"COPY t FROM 's3://b/data' IAM_ROLE DEFAULT CSV;")]
    [InlineData($"/* a /* nested */ comment */ copy \"T\"(\"A\", b) -- to here\n from 's3://b/data' csv iam_role default")]
    [InlineData($"copy t {From} iam_role 'arn:aws:iam::123456789012:role/sandbox' format as csv")]
    [InlineData($"copy t {From} iam_role 'arn:aws:iam::123456789012:role/sandbox,arn:aws:iam::123456789012:role/sandbox' format csv")]
    [InlineData($"copy t {From} access_key_id 'AKIDEXAMPLE' secret_access_key 's3cr3t-marker' csv")]
    [InlineData($"copy t {From} with credentials as 'aws_access_key_id=AKIDEXAMPLE;aws_secret_access_key=s3cr3t-marker' csv")]
    [InlineData($"copy t {From} credentials 'aws_iam_role=arn:aws:iam::123456789012:role/sandbox' csv")]
    [InlineData($"copy t {From} csv region as 'us-east-1' iam_role default")]
    [InlineData($"copy t {From} iam_role default csv compupdate preset comprows 1000 statupdate off encoding utf8 maxerror as 5 acceptanydate blanksasnull emptyasnull dateformat as 'auto' timeformat 'auto' explicit_ids fillrecord ignoreblanklines ignoreheader as 0 null as 'x' roundec trimblanks truncatecolumns acceptinvchars quote '\"' delimiter ','")]
    [InlineData($"copy t {From} iam_role default csv compupdate statupdate ignoreallerrors")]
    [InlineData($"copy t {From} iam_role default csv compupdate off statupdate on")]
    [InlineData($"copy t {From} iam_role default format as delimiter ',' escape removequotes")]
    public async Task Clauses_come_in_any_order(string sql)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(10)");
        session.Put("data", "1,x\n");
        Assert.Equal(1, (await session.CopyAsync(sql)).RowsLoaded);
    }

    [Theory]
    [InlineData($"copy t {From} {CopySession.Role} csv frobnicate", "42601", "syntax error at or near \"frobnicate\"")]
    [InlineData($"copy t {From} {CopySession.Role} csv csv", "42601", "conflicting or redundant options")]
    [InlineData($"copy t {From}", "42601", "CREDENTIALS argument is required")]
    [InlineData($"copy t {From} {CopySession.Role} access_key_id 'a' secret_access_key 'b'", "42601", "Only one of IAM_ROLE")]
    [InlineData($"copy t {From} {CopySession.Role} csv escape", "42601", "CSV is not supported with ESCAPE")]
    [InlineData($"copy t {From} {CopySession.Role} removequotes csv", "42601", "CSV is not supported with REMOVEQUOTES")]
    [InlineData($"copy t {From} {CopySession.Role} quote '%'", "42601", "QUOTE is only supported with CSV")]
    [InlineData($"copy t {From} {CopySession.Role} gzip zstd", "42601", "Only one of GZIP")]
    [InlineData($"copy t {From} {CopySession.Role} maxerror 5 ignoreallerrors", "42601", "MAXERROR and IGNOREALLERRORS")]
    [InlineData($"copy t {From} {CopySession.Role} maxerror 100001", "42601", "MAXERROR must be between 0 and 100000")]
    [InlineData($"copy t {From} {CopySession.Role} comprows 10", "42601", "COMPROWS must be between")]
    [InlineData($"copy t {From} {CopySession.Role} delimiter 'ab'", "42601", "COPY DELIMITER must be a single ASCII character")]
    [InlineData($"copy t {From} {CopySession.Role} delimiter 'é'", "42601", "COPY DELIMITER must be a single ASCII character")]
    [InlineData($"copy t {From} {CopySession.Role} delimiter '\\n'", "42601", "COPY DELIMITER cannot be newline")]
    [InlineData($"copy t {From} {CopySession.Role} csv delimiter '%' quote '%'", "42601", "DELIMITER and QUOTE must be different")]
    [InlineData($"copy t {From} {CopySession.Role} null as '\\n'", "42601", "NULL argument cannot contain the line delimiter")]
    [InlineData($"copy t {From} {CopySession.Role} acceptinvchars '\\0'", "42601", "COPY ACCEPTINVCHARS replacement must not be NUL")]
    [InlineData($"copy t {From} {CopySession.Role} timeformat 'YYYY-MM-DD HH:MI:SSOF'", "42601", "Invalid TIMEFORMAT string")]
    [InlineData($"copy t {From} {CopySession.Role} timeformat 'AUTO'", "42601", "Invalid TIMEFORMAT string")]
    [InlineData($"copy t {From} {CopySession.Role} dateformat 'YYYY'", "42601", "Invalid DATEFORMAT string")]
    [InlineData($"copy t {From} {CopySession.Role} encoding latin1", "42601", "syntax error at or near \"latin1\"")]
    [InlineData($"copy t {From} iam_role 'default'", "42601", "Invalid credentials. Must be of the format")]
    [InlineData($"copy t {From} iam_role 'arn:aws:iam::123456789012:role/a, arn:aws:iam::123456789012:role/b'", "42601", "Invalid credentials")]
    [InlineData($"copy t {From} credentials 'AWS_IAM_ROLE=arn:aws:iam::123456789012:role/sandbox'", "42601", "Invalid credentials")]
    [InlineData($"copy t {From} credentials 'aws_access_key_id=x; aws_secret_access_key=y'", "42601", "Invalid credentials")]
    [InlineData($"copy t from stdin", "0A000", "LOAD source is not supported")]
    [InlineData($"copy t from '/tmp/x' {CopySession.Role}", "0A000", "LOAD source is not supported")]
    [InlineData($"copy t to 's3://b/x'", "42601", "syntax error at or near \"to\"")]
    [InlineData($"copy t from 'dynamodb://x' {CopySession.Role}", "0A000", "the sandbox lacks COPY with sources other than S3")]
    [InlineData($"copy t {From} {CopySession.Role} lzop", "0A000", "the sandbox lacks COPY with LZOP")]
    [InlineData($"copy t {From} {CopySession.Role} format as avro 'auto'", "0A000", "the sandbox lacks COPY with FORMAT AVRO")]
    [InlineData($"copy t {From} {CopySession.Role} format parquet", "0A000", "the sandbox lacks COPY with FORMAT PARQUET")]
    [InlineData($"copy t {From} {CopySession.Role} json 'auto'", "0A000", "the sandbox lacks COPY with FORMAT JSON")]
    [InlineData($"copy t {From} {CopySession.Role} fixedwidth 'a:1'", "0A000", "the sandbox lacks COPY with FIXEDWIDTH")]
    [InlineData($"copy t {From} {CopySession.Role} encrypted", "0A000", "the sandbox lacks COPY with client-side encryption")]
    [InlineData($"copy t {From} {CopySession.Role} csv job create j", "0A000", "the sandbox lacks COPY with JOB")]
    [InlineData($"copy t {From} {CopySession.Role} csv; select 1", "42601", "syntax error at or near \";\"")]
    [InlineData($"copy t (a, A) {From} {CopySession.Role}", "42701", "column \"a\" specified more than once")]
    [InlineData($"copy t {From} {CopySession.Role} 'x", "42601", "unterminated quoted string")]
    [InlineData($"copy t {From} {CopySession.Role} /* x", "42601", "unterminated /* comment")]
    [InlineData("copy", "42601", "syntax error at end of input")]
    public async Task What_Redshift_refuses_is_refused(string sql, string state, string message)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int, b varchar(10)");
        session.Put("data", "");
        var refused = await Assert.ThrowsAsync<BackendException>(() => session.CopyAsync(sql));
        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
        Assert.Equal(state, refused.SqlState);
        Assert.Equal(-1, session.LastCopy.QueryId);
        Assert.Equal("0", await session.ScalarAsync($"SELECT count(*) FROM sys_load_history WHERE query_id = {session.QueryId}"));
    }

    [Theory]
    [InlineData("iam_role 'arn:aws:iam::123456789012:role/other'", "is not authorized to assume IAM Role arn:aws:iam::123456789012:role/other")]
    [InlineData("access_key_id 'WRONG' secret_access_key 's3cr3t-marker'", "S3ServiceException:The AWS Access Key Id you provided does not exist in our records.,Status 403,Error InvalidAccessKeyId")]
    [InlineData("access_key_id 'AKIDEXAMPLE' secret_access_key 'WRONG'", "Status 403,Error SignatureDoesNotMatch")]
    [InlineData("access_key_id 'AKIDEXAMPLE' secret_access_key 's3cr3t-marker' session_token 'x'", "Error InvalidToken")]
    [InlineData("iam_role default region 'eu-west-1'", "Error PermanentRedirect")]
    public async Task Wrong_authorization_is_refused_without_repeating_secrets(string clause, string message)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        session.Put("data", "1\n");
        var refused = await Assert.ThrowsAsync<BackendException>(() => session.CopyAsync($"copy t {From} {clause}"));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Equal("XX000", refused.SqlState);
        Assert.DoesNotContain("s3cr3t-marker", refused.ToString() + refused.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("WRONG", refused.ToString() + refused.Detail, StringComparison.Ordinal);
        Assert.Equal(-1, session.LastCopy.QueryId);
    }

    [Theory]
    [InlineData("copy nope", "42P01", "Cannot COPY into nonexistent table nope")]
    [InlineData("copy nope.t", "42P01", "Cannot COPY into nonexistent table t")]
    [InlineData("copy v", "42809", "cannot copy to view \"v\"")]
    [InlineData("copy t (a, c)", "42703", "column \"c\" of relation \"t\" does not exist")]
    [InlineData("copy stl_load_errors", "42809", "cannot copy to view \"stl_load_errors\"")]
    public async Task The_target_must_be_a_table(string head, string state, string message)
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        await session.SqlAsync("CREATE VIEW v AS SELECT 1 AS a");
        session.Put("data", "1\n");
        var refused = await Assert.ThrowsAsync<BackendException>(() => session.CopyAsync($"{head} {From} {CopySession.Role} csv"));
        Assert.Equal((state, message), (refused.SqlState, refused.Message));
    }

    [Fact]
    public async Task Names_fold_even_in_quotes()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        session.Put("data", "1\n");
        CopyResult result = await session.CopyAsync($"COPY \"{session.Schema.ToUpperInvariant()}\".\"T\" (\"A\") {From} {CopySession.Role} csv");
        Assert.Equal(1, result.RowsLoaded);
    }

    [Fact]
    public async Task A_name_of_three_parts_begins_with_the_sessions_database()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        session.Put("data", "1\n");
        Assert.Equal(1, (await session.CopyAsync($"COPY dev.{session.Schema}.t {From} {CopySession.Role} csv")).RowsLoaded);
        var refused = await Assert.ThrowsAsync<BackendException>(() => session.CopyAsync($"COPY other.{session.Schema}.t {From} {CopySession.Role} csv"));
        Assert.Equal("0A000", refused.SqlState);
    }

    [Fact]
    public async Task COPY_needs_INSERT_and_STATUPDATE_ON_the_owner()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        string role = $"r_{session.Schema}";
        await session.SqlAsync($"CREATE ROLE {role}; GRANT USAGE ON SCHEMA {session.Schema} TO {role}; SET ROLE {role}");
        var denied = await Assert.ThrowsAsync<BackendException>(() => session.LoadAsync("1\n"));
        Assert.Equal(("42501", "permission denied for relation t"), (denied.SqlState, denied.Message));
        await session.SqlAsync($"RESET ROLE; GRANT INSERT ON t TO {role}; SET ROLE {role}");
        Assert.Equal(1, (await session.LoadAsync("1\n", "csv statupdate off")).RowsLoaded);
        var owner = await Assert.ThrowsAsync<BackendException>(() => session.LoadAsync("1\n", "csv statupdate on"));
        Assert.Equal("42501", owner.SqlState);
        await session.SqlAsync($"RESET ROLE; DROP OWNED BY {role}; DROP ROLE {role}");
    }
}
