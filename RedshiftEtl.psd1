@{
  RootModule           = 'bin/RedshiftEtl.dll'
  # Loaded before the cmdlets: it makes the engine in bin/engine findable.
  NestedModules        = @('bin/RedshiftEtl.Loader.dll')
  ModuleVersion        = '0.1.0'
  GUID                 = '2393e5e3-79a5-4d6b-a39e-62f281183bc4'
  Author               = 'RedshiftEtl contributors'
  CompanyName          = 'RedshiftEtl contributors'
  Copyright            = '(c) RedshiftEtl contributors. MIT licence.'
  Description          = 'Moves the result of a SQL query from a source database into Amazon Redshift: extract, CSV parts in S3, one COPY in one transaction, history.'
  PowerShellVersion    = '7.4'
  CompatiblePSEditions = @('Core')
  FormatsToProcess     = @('bin/RedshiftEtl.Format.ps1xml')
  CmdletsToExport      = @(
    'Export-EtlSource'
    'Get-EtlConnection'
    'Get-EtlJob'
    'Get-EtlPlan'
    'Get-EtlRun'
    'Get-EtlSchedule'
    'Get-EtlStage'
    'Get-RedshiftLoadError'
    'Get-RedshiftTable'
    'Invoke-EtlJob'
    'Invoke-RedshiftCopy'
    'Invoke-RedshiftSql'
    'New-EtlJob'
    'Optimize-RedshiftTable'
    'Register-EtlSchedule'
    'Remove-EtlStage'
    'Resume-EtlRun'
    'Send-EtlStage'
    'Set-EtlWatermark'
    'Start-EtlSandbox'
    'Stop-EtlSandbox'
    'Test-EtlConnection'
    'Test-EtlJob'
    'Unregister-EtlSchedule'
  )
  FunctionsToExport    = @()
  AliasesToExport      = @()
  VariablesToExport    = @()
  PrivateData          = @{
    PSData = @{
      Tags         = @('Amazon', 'Redshift', 'ETL', 'ELT', 'S3', 'COPY', 'DataWarehouse', 'SQLite', 'PostgreSQL', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
      ReleaseNotes = 'See CHANGELOG.md.'
    }
  }
}
