#!/bin/sh
# Puts a token of the managed identity into $TOKEN_FILE: the application's proof of who it is at Entra (its client
# assertion). With "once" it ends when the token is there; else it keeps it fresh.
#
# From Container Apps: IDENTITY_ENDPOINT and IDENTITY_HEADER. From main.bicep: MANAGED_IDENTITY_CLIENT_ID, TOKEN_AUDIENCE,
# TOKEN_FILE. For the shell of curl's own image, which is busybox.
set -eu
umask 022
# The first process of a container is ended by no signal that it does not handle.
trap 'exit 0' TERM INT

fetch() {
    # The header by standard input, so that no list of processes shows it.
    answer=$(printf 'X-IDENTITY-HEADER: %s\n' "$IDENTITY_HEADER" |
        curl --silent --show-error --fail --max-time 10 --header @- --get "$IDENTITY_ENDPOINT" \
            --data api-version=2019-08-01 --data-urlencode "resource=$TOKEN_AUDIENCE" \
            --data-urlencode "client_id=$MANAGED_IDENTITY_CLIENT_ID") || return 1
    token=$(printf '%s' "$answer" | tr -d '\r\n' | sed -n 's/.*"access_token" *: *"\([^"]*\)".*/\1/p')
    [ -n "$token" ] || { echo "the identity endpoint answered without a token" >&2; return 1; }
    [ "$token" = "$(cat "$TOKEN_FILE" 2>/dev/null)" ] && return
    # Whole or not at all: the application may be reading.
    printf '%s\n' "$token" >"$TOKEN_FILE.new" && mv "$TOKEN_FILE.new" "$TOKEN_FILE" && echo "a fresh token is there"
}

# The endpoint is local and keeps a token until it nears its end; asking often costs nothing and misses nothing.
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
