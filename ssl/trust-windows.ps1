# ssl\trust-windows.ps1 [-Remove]
#
# Makes you (not the other accounts of this machine) trust ca.pem, which make-certificate.ps1 made:
# in Cert:\CurrentUser\Root, which Edge, Chrome, curl and, by its default, Firefox read.
# -Remove undoes it. Windows asks you to confirm each change.
param([switch]$Remove)
$ErrorActionPreference = 'Stop'

$name = 'Identity Web local CA'
$file = Join-Path $PSScriptRoot 'ca.pem'
if (-not $Remove -and -not (Test-Path $file)) {
    throw "There is no ${file}: run make-certificate.ps1 first."
}

# Those that were added before.
Get-ChildItem Cert:\CurrentUser\Root | Where-Object { $_.Subject -like "CN=$name*" } | ForEach-Object {
    Remove-Item $_.PSPath
    "removed: $($_.Thumbprint)"
}

if (-not $Remove) {
    $certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::new($file)
    $store = [Security.Cryptography.X509Certificates.X509Store]::new('Root', 'CurrentUser')
    $store.Open('ReadWrite')
    $store.Add($certificate)
    $store.Close()
    "trusted: $file"
}
