#!/bin/sh
# Draws the secrets of this set-up, once: a password for Redis, its users file, and the key of fingerprints.
set -eu
cd "$(dirname "$0")"
if [ -e .env ] || [ -e secrets ]; then
  echo "there are secrets here already; remove .env and secrets/ to draw new ones" >&2
  exit 1
fi
umask 077
mkdir secrets
password=$(head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n')
printf '%s' "$password" > secrets/state-password
digest=$(printf '%s' "$password" | sha256sum | cut -d ' ' -f 1)
commands="+get +set +del +hget +hset +hdel +hlen +hgetall +sadd +smembers +eval +evalsha +info"
printf 'user default off\nuser sidecar on #%s ~mcp-extproc:* -@all %s\n' "$digest" "$commands" > secrets/users.acl
# The containers' users must read what is mounted; the folder is closed to everybody else here.
chmod 0644 secrets/state-password secrets/users.acl
printf 'MCP_EXTPROC_KEY=%s\n' "$(head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n')" > .env
echo "drawn; now: docker compose up --build --wait"
