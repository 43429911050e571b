using System.Diagnostics;
using System.Text;
using System.Text.Json;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Sandbox;

/// <summary>The sandbox's process. It lives until its standard input ends, so it never outlives the process that started it.</summary>
internal sealed class SandboxProcess : IDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromMinutes(3);
    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private SandboxProcess(Process process) => _process = process;

    /// <summary>The process id.</summary>
    public int Id { get; private set; }

    /// <summary>Whether it still runs.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>Starts a sandbox and waits until it is ready.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SandboxFailed"/> with what the sandbox said.</exception>
    public static async Task<EtlSandbox> StartAsync(IEnumerable<string> arguments, CancellationToken cancel)
    {
        string program = SandboxProgram.Find();
        var start = new ProcessStartInfo(DotnetHost.Find())
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        start.ArgumentList.Add(program);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        SandboxProcess sandbox = Launch(start);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(s_startLimit);
            string? ready = await sandbox._process.StandardOutput.ReadLineAsync(limit.Token);
            if (ready is null)
            {
                await sandbox._process.WaitForExitAsync(limit.Token);
                throw new EtlException(Fault.SandboxFailed, sandbox.ErrorText.Length > 0 ? sandbox.ErrorText : "The sandbox ended before it was ready.", "sandbox");
            }

            return sandbox.Describe(ready);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            sandbox.Dispose();
            throw new EtlException(Fault.SandboxFailed, $"The sandbox was not ready within {s_startLimit.TotalMinutes:N0} minutes. {sandbox.ErrorText}", "sandbox");
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }
    }

    /// <summary>Ends the sandbox and waits until it has cleaned up.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SandboxFailed"/>: it did not end within 30 seconds.</exception>
    public async Task StopAsync(CancellationToken cancel)
    {
        if (_process.HasExited)
        {
            return;
        }

        _process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            _process.Kill(entireProcessTree: true);
            throw new EtlException(Fault.SandboxFailed, $"The sandbox (process {Id}) did not end by itself and was killed.", Id, advice: "Look whether processes of PostgreSQL are left.");
        }
    }

    /// <summary>Ends the sandbox without waiting.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
        }

        _process.Dispose();
    }

    private string ErrorText
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString().Trim();
            }
        }
    }

    private static SandboxProcess Launch(ProcessStartInfo start)
    {
        var sandbox = new SandboxProcess(new Process { StartInfo = start });
        sandbox._process.ErrorDataReceived += (_, line) =>
        {
            lock (sandbox._errors)
            {
                sandbox._errors.AppendLine(line.Data);
            }
        };
        try
        {
            sandbox._process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new EtlException(Fault.SandboxFailed, $"'{start.FileName}' could not be started: {e.Message}", start.FileName, e);
        }

        sandbox.Id = sandbox._process.Id;
        sandbox._process.BeginErrorReadLine();
        return sandbox;
    }

    private EtlSandbox Describe(string ready)
    {
        try
        {
            using var json = JsonDocument.Parse(ready);
            JsonElement redshift = json.RootElement.GetProperty("redshift");
            JsonElement admin = json.RootElement.GetProperty("admin");
            JsonElement s3 = json.RootElement.GetProperty("s3");
            var warehouse = new SandboxWarehouse
            {
                Name = "sandbox",
                Host = redshift.GetProperty("host").GetString()!,
                Port = redshift.GetProperty("port").GetInt32(),
                Database = redshift.GetProperty("database").GetString()!,
                Username = redshift.GetProperty("username").GetString()!,
                SslMode = "Disable",
                IamRole = json.RootElement.GetProperty("iamRole").GetString(),
            };
            var stage = new SandboxStage
            {
                Name = "sandbox",
                Bucket = s3.GetProperty("bucket").GetString()!,
                Region = s3.GetProperty("region").GetString(),
                ServiceUrl = s3.GetProperty("serviceUrl").GetString(),
                AccessKey = s3.GetProperty("accessKey").GetString(),
            };
            return new EtlSandbox(
                this,
                (SandboxWarehouse)((RedshiftConnection)warehouse with { Password = Secret.Of(redshift.GetProperty("password").GetString()!) }),
                (SandboxStage)((S3Connection)stage with { SecretKey = Secret.Of(s3.GetProperty("secretKey").GetString()!) }),
                new SandboxAdmin(admin.GetProperty("url").GetString()!, admin.GetProperty("token").GetString()!),
                json.RootElement.GetProperty("data").GetString()!);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new EtlException(Fault.SandboxFailed, $"The sandbox said something unexpected: {ready}", "sandbox", e);
        }
    }
}
