#!/bin/sh
# Makes the certificates of tls_test.rs anew: an authority that nobody trusts, and two servers' certificates by it
# with one key. They are for tests on loopback only and protect nothing, so the key is kept here. Valid for 200 years.
set -eu
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }
new_key "$scratch/authority.key"
new_key "$scratch/server.key"
openssl req -x509 -new -key "$scratch/authority.key" -days 73000 -subj "/CN=Handspan test authority" \
    -addext "keyUsage=critical,keyCertSign" -outform DER -out authority.der
openssl x509 -inform DER -in authority.der -out "$scratch/authority.pem"
for name in "loopback IP:127.0.0.1" "other DNS:intake.test"; do
    printf 'subjectAltName=%s\nbasicConstraints=critical,CA:false\n' "${name#* }" > "$scratch/extensions"
    openssl req -new -key "$scratch/server.key" -subj "/CN=Handspan test server" |
        openssl x509 -req -CA "$scratch/authority.pem" -CAkey "$scratch/authority.key" -days 73000 \
            -extfile "$scratch/extensions" -outform DER -out "${name%% *}.der"
done
openssl pkcs8 -topk8 -nocrypt -in "$scratch/server.key" -outform DER -out server-key.der
