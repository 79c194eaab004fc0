#!/bin/sh
# Writes a token of the managed identity to $TOKEN_FILE: the application's client assertion for Entra. With "once" it exits
# when the token is written; otherwise it keeps it up to date.
#
# Container Apps sets IDENTITY_ENDPOINT and IDENTITY_HEADER. main.bicep sets MANAGED_IDENTITY_CLIENT_ID, TOKEN_AUDIENCE and
# TOKEN_FILE. Written for busybox, the shell of curl's image.
set -eu
umask 022
# The first process of a container ignores signals that it doesn't handle.
trap 'exit 0' TERM INT

fetch() {
    # Pass the header by standard input, so that it isn't in the list of processes.
    response=$(printf 'X-IDENTITY-HEADER: %s\n' "$IDENTITY_HEADER" |
        curl --silent --show-error --fail --max-time 10 --header @- --get "$IDENTITY_ENDPOINT" \
            --data api-version=2019-08-01 --data-urlencode "resource=$TOKEN_AUDIENCE" \
            --data-urlencode "client_id=$MANAGED_IDENTITY_CLIENT_ID") || return 1
    token=$(printf '%s' "$response" | tr -d '\r\n' | sed -n 's/.*"access_token" *: *"\([^"]*\)".*/\1/p')
    [ -n "$token" ] || { echo "the identity endpoint returned no token" >&2; return 1; }
    [ "$token" = "$(cat "$TOKEN_FILE" 2>/dev/null)" ] && return
    # Replace the file atomically, because the application may be reading it.
    printf '%s\n' "$token" >"$TOKEN_FILE.new" && mv "$TOKEN_FILE.new" "$TOKEN_FILE" && echo "wrote a new token"
}

# The endpoint is local and caches a token until it is about to expire, so frequent requests are cheap.
while :; do
    if ! fetch; then
        pause=${RETRY_SECONDS:-5}
    elif [ "${1:-}" = once ]; then
        exit 0
    else
        pause=${REFRESH_SECONDS:-60}
    fi
    sleep "$pause" &
    wait $!
done
