#!/bin/sh
# Starts a throw-away Zammad of the version in ZAMMAD_VERSION, plays the live story on it, and removes it again.
# Needs docker or podman with compose, and the development environment of this repository (make test makes it).
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
repository=$(CDPATH='' cd -- "$here/../.." && pwd)
engine=${ENGINE:-docker}
port=${RECEIVER_PORT:-8099}
secrets=$(mktemp -d)

compose() { "$engine" compose --file "$here/compose.yaml" "$@"; }

clean_up() {
    [ -n "${KEEP:-}" ] || compose down --volumes
    rm -rf "$secrets"
}
trap clean_up EXIT

token_of() {
    compose exec -T railsserver bundle exec rails runner - "$1" <"$here/people.rb" | sed -n 's/^token=//p' >"$secrets/$1"
    [ -s "$secrets/$1" ]
}

compose up --detach
echo "Waiting until Zammad answers (some minutes at the first start)"
until curl --silent --fail --output /dev/null http://127.0.0.1:8081/api/v1/getting_started; do sleep 5; done

umask 077
token_of admin
token_of bot

cd "$repository"
INTERSPACE_LIVE_ZAMMAD_URL=http://127.0.0.1:8081 \
INTERSPACE_LIVE_ZAMMAD_TOKEN_FILE="$secrets/bot" \
INTERSPACE_LIVE_ZAMMAD_ADMIN_TOKEN_FILE="$secrets/admin" \
INTERSPACE_LIVE_RECEIVER_URL="http://host.docker.internal:$port" \
    .venv/bin/pytest -m slow tests/live/test_zammad.py -k real
