# What the pages' examples use of PowerShell's Utility and Management modules, which the engine by itself lacks: as much of each as an example needs.
function Get-Date { [datetime]::Now }
function Join-Path($Path, $ChildPath) { "$Path/$ChildPath" }
function Get-Content($Path) { [IO.File]::ReadAllLines($Path) }
function Write-Host($Object) { $Host.UI.WriteLine("$Object") }
function Format-List { param([Parameter(ValueFromPipeline)] $InputObject, [Parameter(Position = 0)] $Property) process { $InputObject } }
function Format-Table { param([Parameter(ValueFromPipeline)] $InputObject, [Parameter(Position = 0)] $Property, [switch] $AutoSize) process { $InputObject } }
function Select-Object { param([Parameter(ValueFromPipeline)] $InputObject, [Parameter(Position = 0)] $Property, $First, $ExpandProperty) process { foreach ($name in $Property) { $null = $InputObject.$name }; $InputObject } }
function Sort-Object { param([Parameter(ValueFromPipeline)] $InputObject, [Parameter(Position = 0)] $Property, [switch] $Descending) process { $InputObject } }
function Measure-Object { param([Parameter(ValueFromPipeline)] $InputObject, [Parameter(Position = 0)] $Property, [switch] $Sum) begin { $total = 0; $count = 0 } process { $count++; if ($Property) { $total += $InputObject.$Property } } end { [pscustomobject]@{ Count = $count; Sum = $total } } }
function Group-Object { param([Parameter(ValueFromPipeline)] $InputObject, [Parameter(Position = 0)] $Property, [switch] $NoElement) begin { $all = @() } process { $all += $InputObject } end { if ($all) { [pscustomobject]@{ Name = 'all'; Count = $all.Count; Group = $all } } } }
function Get-ChildItem { param([Parameter(Position = 0)] $Path = '.', $Filter = '*', [switch] $Recurse) foreach ($file in [IO.Directory]::GetFiles($ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path), $Filter)) { [IO.FileInfo] $file } }
function Out-File { param([Parameter(ValueFromPipeline)] $InputObject, $FilePath, $Encoding, [switch] $Append) begin { $lines = @() } process { $lines += "$InputObject" } end { [IO.File]::WriteAllLines($ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($FilePath), [string[]] $lines) } }
