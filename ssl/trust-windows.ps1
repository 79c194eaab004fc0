# ssl\trust-windows.ps1 [-Remove]
#
# Makes your account (not the others on this machine) trust ca.pem from make-certificate.ps1: in
# Cert:\CurrentUser\Root, which Edge, Chrome, curl and, by default, Firefox read.
# -Remove undoes it. Windows asks you to confirm each change.
param([switch]$Remove)
$ErrorActionPreference = 'Stop'

$name = 'Identity Web local CA'
$file = Join-Path $PSScriptRoot 'ca.pem'
if (-not $Remove -and -not (Test-Path $file)) {
    throw "${file} does not exist; run make-certificate.ps1 first."
}

# Remove certificates that were added before.
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
