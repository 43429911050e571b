<#
.SYNOPSIS
    Builds, tests, packages and shows RedshiftEtl.
.DESCRIPTION
    Needs the .NET 10 SDK only. Runs in PowerShell 7.4 and later, and on the engine-only host:
    dotnet run --project src/RedshiftEtl.Host -- build.ps1 -Task Package
.PARAMETER Task
    Build: the module in ./bin, so that Import-Module ./RedshiftEtl.psd1 works.
    Test: everything.
    Package: in ./out the module, the sandbox and the host, each as a folder and as a .nupkg. The folders of the first two work when they are copied
    onto a PSModulePath; their packages are ready for Publish-PSResource -NupkgPath. The same sources give the same bytes.
    Demo: the quick start.
.PARAMETER Configuration
    Debug or Release; Package is always Release.
.EXAMPLE
    ./build.ps1 -Task Test
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Package', 'Demo')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug'
)

$ErrorActionPreference = 'Stop'

function Invoke-Dotnet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $args ended with exit code $LASTEXITCODE." }
}

# Only what the platforms that PowerShell runs on need of the native libraries.
$runtimes = 'win-x64', 'win-arm64', 'linux-x64', 'linux-arm64', 'linux-musl-x64', 'linux-musl-arm64', 'osx-x64', 'osx-arm64', 'win', 'unix', 'linux', 'osx'

function Get-Version {
    ([regex]'(?m)^## (\S+)').Match([IO.File]::ReadAllText("$PSScriptRoot/CHANGELOG.md")).Groups[1].Value
}

# What the changelog says of this version, as plain lines.
function Get-ReleaseNotes {
    ([regex]'(?s)\A.*?\n## \S+\s*\n(.*?)(\n## |\z)').Match([IO.File]::ReadAllText("$PSScriptRoot/CHANGELOG.md").Replace("`r", '')).Groups[1].Value.Trim()
}

# The licences of the packages that a program brings along, as they say themselves.
function Get-Notices([string] $bin) {
    $cache = (& dotnet nuget locals global-packages --list) -replace '^global-packages: ', ''
    $packages = [Collections.Generic.SortedDictionary[string, string]]::new([StringComparer]::OrdinalIgnoreCase)
    foreach ($file in [IO.Directory]::GetFiles($bin, '*.deps.json', 'AllDirectories')) {
        $libraries = [Text.Json.JsonDocument]::Parse([IO.File]::ReadAllText($file)).RootElement.GetProperty('libraries')
        foreach ($library in $libraries.EnumerateObject()) {
            if ($library.Value.GetProperty('type').GetString() -eq 'package') { $packages[$library.Name] = $library.Name }
        }
    }

    "RedshiftEtl is made with the packages below. Each belongs to its authors and comes under its own licence."
    foreach ($package in $packages.Keys) {
        $id, $version = $package.ToLowerInvariant().Split('/')
        $folder = "$cache$id/$version"
        if (-not [IO.File]::Exists("$folder/$id.nuspec")) { $folder = "$cache/$id/$version" }
        $metadata = ([xml][IO.File]::ReadAllText("$folder/$id.nuspec")).package.metadata
        $licence = $metadata.license
        $name = if ($licence -is [string]) { $licence } elseif ($licence) { $licence.InnerText } else { $metadata.licenseUrl }
        ''
        "== $package"
        if ($metadata.copyright) { "$($metadata.copyright)" } else { "By $($metadata.authors)." }
        if ($licence -isnot [string] -and $licence.type -eq 'file' -and [IO.File]::Exists("$folder/$name")) {
            [IO.File]::ReadAllText("$folder/$name").Replace("`r", '').Trim()
        }
        else {
            "Licence: $name$(if ($name -notlike 'http*') { " (https://licenses.nuget.org/$name)" })"
        }

        if ($metadata.projectUrl) { "$($metadata.projectUrl)" }
    }
}

function Remove-Surplus([string] $bin) {
    foreach ($natives in [IO.Directory]::GetDirectories($bin, 'runtimes', 'AllDirectories')) {
        foreach ($native in [IO.Directory]::GetDirectories($natives)) {
            if ([IO.Path]::GetFileName($native) -notin $runtimes) { [IO.Directory]::Delete($native, $true) }
        }
    }

    foreach ($file in [IO.Directory]::GetFiles($bin, '*', 'AllDirectories')) {
        if ([IO.Path]::GetExtension($file) -in '.pdb', '.xml') { [IO.File]::Delete($file) }
    }
}

# A zip whose bytes depend on nothing but the files: sorted, and all of one time. It is a package for NuGet feeds, the PowerShell Gallery among them.
function New-Nupkg([string] $folder, [string] $id, [string] $description, [string[]] $tags) {
    $file = "$PSScriptRoot/out/$id.$(Get-Version).nupkg"
    if ([IO.File]::Exists($file)) { [IO.File]::Delete($file) }
    $escape = { param($text) [Security.SecurityElement]::Escape($text) }
    $nuspec = @"
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd">
  <metadata>
    <id>$id</id>
    <version>$(Get-Version)</version>
    <authors>RedshiftEtl contributors</authors>
    <requireLicenseAcceptance>false</requireLicenseAcceptance>
    <license type="expression">MIT</license>
    <description>$(& $escape $description)</description>
    <releaseNotes>$(& $escape (Get-ReleaseNotes))</releaseNotes>
    <copyright>(c) RedshiftEtl contributors</copyright>
    <tags>$($tags -join ' ')</tags>
  </metadata>
</package>
"@
    $types = [Collections.Generic.SortedSet[string]]::new([string[]]('nuspec', 'rels'))
    $paths = [Collections.Generic.SortedSet[string]]::new([StringComparer]::Ordinal)
    foreach ($path in [IO.Directory]::GetFiles($folder, '*', 'AllDirectories')) {
        $null = $paths.Add([IO.Path]::GetRelativePath($folder, $path).Replace('\', '/'))
        if ([IO.Path]::GetExtension($path)) { $null = $types.Add([IO.Path]::GetExtension($path).TrimStart('.')) }
    }

    $content = '<?xml version="1.0" encoding="utf-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">' +
        (($types | ForEach-Object { "<Default Extension=`"$_`" ContentType=`"application/octet`" />" }) -join '') +
        (($paths | Where-Object { -not [IO.Path]::GetExtension($_) } | ForEach-Object { "<Override PartName=`"/$_`" ContentType=`"application/octet`" />" }) -join '') + '</Types>'
    $relations = '<?xml version="1.0" encoding="utf-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' +
        "<Relationship Type=`"http://schemas.microsoft.com/packaging/2010/07/manifest`" Target=`"/$id.nuspec`" Id=`"R1`" /></Relationships>"
    $utf8 = [Text.UTF8Encoding]::new($false)
    $entries = [Collections.Generic.List[object]]::new()
    $entries.Add(@('[Content_Types].xml', $utf8.GetBytes($content)))
    $entries.Add(@('_rels/.rels', $utf8.GetBytes($relations)))
    $entries.Add(@("$id.nuspec", $utf8.GetBytes($nuspec.Replace("`r", ''))))
    foreach ($path in $paths) { $entries.Add(@($path, [IO.File]::ReadAllBytes("$folder/$path"))) }
    $zip = [IO.Compression.ZipFile]::Open($file, 'Create')
    try {
        foreach ($item in $entries) {
            $entry = $zip.CreateEntry($item[0], 'Optimal')
            $entry.LastWriteTime = [DateTimeOffset]::new(2026, 1, 1, 0, 0, 0, [TimeSpan]::Zero)
            $stream = $entry.Open()
            try { $stream.Write($item[1], 0, $item[1].Length) } finally { $stream.Dispose() }
        }
    }
    finally {
        $zip.Dispose()
    }

    $file
}

function Write-Text([string] $file, [string] $text) {
    $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($file))
    [IO.File]::WriteAllText($file, $text, [Text.UTF8Encoding]::new($false))
}

function New-Package {
    $out = "$PSScriptRoot/out"
    if ([IO.Directory]::Exists($out)) { [IO.Directory]::Delete($out, $true) }

    # The module.
    $folder = "$out/RedshiftEtl"
    Invoke-Dotnet build "$PSScriptRoot/src/RedshiftEtl" -c Release "-p:ModuleBin=$folder/bin/" -v quiet -nologo

    Remove-Surplus "$folder/bin"
    foreach ($file in 'README.md', 'CHANGELOG.md', 'LICENSE') { [IO.File]::Copy("$PSScriptRoot/$file", "$folder/$file") }
    $manifest = [IO.File]::ReadAllText("$PSScriptRoot/RedshiftEtl.psd1")
    $notes = (Get-ReleaseNotes).Replace("'", "''")
    Write-Text "$folder/RedshiftEtl.psd1" $manifest.Replace("'See CHANGELOG.md.'", "'$notes'")
    Write-Text "$folder/THIRD-PARTY-NOTICES.txt" (((Get-Notices "$folder/bin") -join "`n") + "`n")
    foreach ($page in [IO.Directory]::GetFiles("$PSScriptRoot/docs", '*.md')) { Write-Text "$folder/docs/$([IO.Path]::GetFileName($page))" ([IO.File]::ReadAllText($page)) }

    # The sandbox: a module that has nothing but its program, so that it installs where Start-EtlSandbox looks.
    $sandbox = "$out/RedshiftEtl.Sandbox"
    Invoke-Dotnet build "$PSScriptRoot/src/RedshiftEtl.Sandbox" -c Release "-p:ModuleBin=$sandbox/" -v quiet -nologo
    Remove-Surplus $sandbox
    [IO.File]::Copy("$PSScriptRoot/src/RedshiftEtl.Sandbox/RedshiftEtl.Sandbox.psd1", "$sandbox/RedshiftEtl.Sandbox.psd1")
    [IO.File]::Copy("$PSScriptRoot/LICENSE", "$sandbox/LICENSE")
    Write-Text "$sandbox/THIRD-PARTY-NOTICES.txt" (((Get-Notices $sandbox) -join "`n") + "`n")

    # The host: a program of its own.
    $hosting = "$out/RedshiftEtl.Host"
    Invoke-Dotnet build "$PSScriptRoot/src/RedshiftEtl.Host" -c Release "-p:ModuleBin=$out/.build/bin/" -v quiet -nologo
    $null = [IO.Directory]::CreateDirectory($hosting)
    [IO.Directory]::Move("$out/.build/bin/host", "$hosting/tools")
    [IO.Directory]::Delete("$out/.build", $true)
    Remove-Surplus $hosting
    [IO.File]::Copy("$PSScriptRoot/docs/RedshiftEtl.Host.md", "$hosting/README.md")
    [IO.File]::Copy("$PSScriptRoot/LICENSE", "$hosting/LICENSE")
    Write-Text "$hosting/THIRD-PARTY-NOTICES.txt" (((Get-Notices $hosting) -join "`n") + "`n")

    $tags = ([regex]"Tags\s*=\s*@\(([^)]*)\)").Match($manifest).Groups[1].Value.Replace("'", '').Split(',').Trim()
    New-Nupkg $folder 'RedshiftEtl' ([regex]"Description\s*=\s*'([^']*)'").Match($manifest).Groups[1].Value (@('PSModule') + $tags)
    New-Nupkg $sandbox 'RedshiftEtl.Sandbox' 'A stand-in for Amazon Redshift and S3 on this machine, for tests and trials of RedshiftEtl.' @('PSModule', 'Redshift', 'S3', 'Sandbox', 'Test')
    New-Nupkg $hosting 'RedshiftEtl.Host' 'Runs PowerShell scripts with RedshiftEtl where PowerShell is not installed: containers, cron, CI.' @('Redshift', 'ETL', 'PowerShell', 'Host')
}

foreach ($step in $Task) {
    switch ($step) {
        'Build' { Invoke-Dotnet build "$PSScriptRoot/RedshiftEtl.sln" -c $Configuration -nologo }
        'Test' { Invoke-Dotnet test "$PSScriptRoot/RedshiftEtl.sln" -c $Configuration }
        'Package' { New-Package }
        'Demo' { Invoke-Dotnet run --project "$PSScriptRoot/src/RedshiftEtl.Host" -c $Configuration -- "$PSScriptRoot/examples/quickstart/quickstart.ps1" }
    }
}
