# ssl\make-certificate.ps1 [-Force] [NAME, ...]
#
# Makes a private certificate authority (CA), and with it a certificate for localhost, 127.0.0.1, ::1
# and each additional NAME (a host name or an IP address), like make-certificate on other systems. It
# writes ca.pem, certificate.pem (the server's, then the CA's) and private_key.pem to its own folder.
#
#   -Force   overwrites existing files
#
# The CA is only valid for these names, and its key is deleted after signing.
# For Windows PowerShell 5.1 and PowerShell 7.
param([switch]$Force, [Parameter(ValueFromRemainingArguments)][string[]]$Name = @())
$ErrorActionPreference = 'Stop'

$days = 397
$names = @('localhost', '127.0.0.1', '::1') + $Name
$files = @{}
foreach ($file in 'ca.pem', 'certificate.pem', 'private_key.pem') {
    $files[$file] = Join-Path $PSScriptRoot $file
    if (-not $Force -and (Test-Path $files[$file])) { throw "$($files[$file]) exists; -Force overwrites it." }
}

# New-SelfSignedCertificate has no syntax for an address with a mask, so the CA's constraints are
# encoded in DER: each entry is a tag, a length of one to three bytes, and a value.
function Der([byte]$tag, [byte[]]$value) {
    $n = $value.Length
    $length = if ($n -lt 128) { [byte]$n }
    elseif ($n -lt 256) { [byte]0x81, [byte]$n }
    else { [byte]0x82, [byte][Math]::Floor($n / 256), [byte]($n % 256) }
    return [byte[]](@($tag) + $length + $value)
}

$alternatives = @()
$subtrees = @()
foreach ($entry in $names) {
    $address = $null
    if ([Net.IPAddress]::TryParse($entry, [ref]$address)) {
        $alternatives += "IPAddress=$entry"
        $bytes = $address.GetAddressBytes()
        $subtrees += Der 0x30 (Der 0x87 ($bytes + (, [byte]255 * $bytes.Length)))
    } elseif ($entry -match '^[0-9A-Za-z.*-]+$') {
        $alternatives += "DNS=$entry"
        $subtrees += Der 0x30 (Der 0x82 ([Text.Encoding]::ASCII.GetBytes(($entry -replace '^\*\.', ''))))
    } else {
        throw "Not a host name or an IP address: '$entry'"
    }
}
$constraints = -join ((Der 0x30 (Der 0xA0 $subtrees)) | ForEach-Object { $_.ToString('x2') })

$common = @{
    Type = 'Custom'; KeyAlgorithm = 'RSA'; KeyLength = 2048; HashAlgorithm = 'SHA256'
    KeyExportPolicy = 'Exportable'; Provider = 'Microsoft Software Key Storage Provider'
    CertStoreLocation = 'Cert:\CurrentUser\My'; NotAfter = (Get-Date).AddDays($days)
}
$authority = $null
$server = $null
try {
    $authority = New-SelfSignedCertificate @common `
        -Subject "CN=Identity Web local CA $env:COMPUTERNAME $(Get-Date -Format 'yyyy-MM-dd')" `
        -KeyUsage CertSign, CRLSign `
        -TextExtension '2.5.29.19={critical}{text}ca=1&pathlength=0', '2.5.29.37={text}1.3.6.1.5.5.7.3.1',
        "2.5.29.30={critical}{hex}$constraints"
    $server = New-SelfSignedCertificate @common -Signer $authority `
        -Subject 'CN=localhost' -KeyUsage DigitalSignature, KeyEncipherment `
        -TextExtension "2.5.29.17={text}$($alternatives -join '&')", '2.5.29.37={text}1.3.6.1.5.5.7.3.1'

    function Pem([string]$label, [byte[]]$bytes) {
        $base64 = [Convert]::ToBase64String($bytes, 'InsertLineBreaks')
        return "-----BEGIN $label-----`n$($base64 -replace "`r", '')`n-----END $label-----`n"
    }
    $rsa = [Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($server)
    $key = $rsa.Key.Export([Security.Cryptography.CngKeyBlobFormat]::Pkcs8PrivateBlob)
    $ca = Pem 'CERTIFICATE' $authority.RawData

    # Restrict access to the file before the key is written to it.
    [IO.File]::WriteAllText($files['private_key.pem'], '')
    icacls $files['private_key.pem'] /inheritance:r /grant:r "${env:USERNAME}:F" | Out-Null
    [IO.File]::WriteAllText($files['private_key.pem'], (Pem 'PRIVATE KEY' $key))
    [IO.File]::WriteAllText($files['ca.pem'], $ca)
    [IO.File]::WriteAllText($files['certificate.pem'], (Pem 'CERTIFICATE' $server.RawData) + $ca)
} finally {
    # Remove both from your certificate store, where they were created. New-SelfSignedCertificate also
    # adds the CA's certificate to the intermediate ones.
    foreach ($certificate in $server, $authority) {
        if ($certificate) { Remove-Item "Cert:\CurrentUser\My\$($certificate.Thumbprint)" -DeleteKey }
    }
    if ($authority) {
        Remove-Item "Cert:\CurrentUser\CA\$($authority.Thumbprint)" -ErrorAction SilentlyContinue
    }
}
"$($files['certificate.pem']): for $($names -join ', '); valid for $days days"
'Next, trust its CA with trust-windows.ps1.'
