@{
  # No cmdlets: RedshiftEtl's Start-EtlSandbox starts the program in the folder sandbox.
  ModuleVersion        = '0.1.0'
  GUID                 = '6d3c3c0e-2d0b-4a5e-9a53-0b6f5f0f2f3a'
  Author               = 'RedshiftEtl contributors'
  CompanyName          = 'RedshiftEtl contributors'
  Copyright            = '(c) RedshiftEtl contributors. MIT licence.'
  Description          = 'A stand-in for Amazon Redshift and S3 on this machine, for tests and trials of RedshiftEtl.'
  PowerShellVersion    = '7.4'
  CompatiblePSEditions = @('Core')
  FunctionsToExport    = @()
  CmdletsToExport      = @()
  AliasesToExport      = @()
  VariablesToExport    = @()
  PrivateData          = @{ PSData = @{ Tags = @('Redshift', 'S3', 'Sandbox', 'Test', 'PSEdition_Core') } }
}
