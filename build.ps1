<#
.SYNOPSIS
    Builds, tests, packages and shows RedshiftEtl.
.DESCRIPTION
    Needs the .NET 10 SDK only. Runs in PowerShell 7.4 and later, and on the engine-only host:
    dotnet run --project src/RedshiftEtl.Host -- build.ps1 -Task Package
.PARAMETER Task
    Build: the module in ./bin, so that Import-Module ./RedshiftEtl.psd1 works.
    Test: everything.
    Package: a folder ./out/RedshiftEtl that works when it is copied onto a PSModulePath.
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

function New-Package {
    $folder = "$PSScriptRoot/out/RedshiftEtl"
    if ([IO.Directory]::Exists($folder)) { [IO.Directory]::Delete($folder, $true) }
    $null = [IO.Directory]::CreateDirectory($folder)
    foreach ($project in 'RedshiftEtl', 'RedshiftEtl.Sandbox') {
        Invoke-Dotnet build "$PSScriptRoot/src/$project" -c Release "-p:ModuleBin=$folder/bin/" -v quiet -nologo
    }

    foreach ($program in 'engine', 'sandbox') {
        $natives = "$folder/bin/$program/runtimes"
        if (-not [IO.Directory]::Exists($natives)) { continue }
        foreach ($native in [IO.Directory]::GetDirectories($natives)) {
            if ([IO.Path]::GetFileName($native) -notin $runtimes) { [IO.Directory]::Delete($native, $true) }
        }
    }

    foreach ($file in [IO.Directory]::GetFiles("$folder/bin", '*', 'AllDirectories')) {
        if ([IO.Path]::GetExtension($file) -in '.pdb', '.xml') { [IO.File]::Delete($file) }
    }

    foreach ($file in 'RedshiftEtl.psd1', 'README.md', 'CHANGELOG.md', 'LICENSE') {
        [IO.File]::Copy("$PSScriptRoot/$file", "$folder/$file")
    }

    $null = [IO.Directory]::CreateDirectory("$folder/docs")
    foreach ($page in [IO.Directory]::GetFiles("$PSScriptRoot/docs", '*.md')) {
        [IO.File]::Copy($page, "$folder/docs/$([IO.Path]::GetFileName($page))")
    }

    "Packaged into $folder"
}

foreach ($step in $Task) {
    switch ($step) {
        'Build' { Invoke-Dotnet build "$PSScriptRoot/RedshiftEtl.sln" -c $Configuration -nologo }
        'Test' { Invoke-Dotnet test "$PSScriptRoot/RedshiftEtl.sln" -c $Configuration }
        'Package' { New-Package }
        'Demo' { Invoke-Dotnet run --project "$PSScriptRoot/src/RedshiftEtl.Host" -c $Configuration -- "$PSScriptRoot/examples/quickstart/quickstart.ps1" }
    }
}
