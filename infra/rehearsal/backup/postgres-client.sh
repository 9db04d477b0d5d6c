#!/usr/bin/env bash
# postgres-client.sh FOLDER MAJOR: pg_dump and pg_restore of a major version of Postgres in FOLDER/bin, on a Debian machine
# whose own release has an older one. They are taken out of the packages of a newer release together with the libraries
# that they need, and nothing is installed. A dump wants the version of its server, or a newer one.
set -euo pipefail
folder=$1 major=$2
release=forky
tools=(pg_dump pg_restore)

[ -x "$folder/bin/pg_restore" ] && exit 0
codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
# The mirror that this machine itself uses.
# shellcheck disable=SC2016 # apt-get fills it in
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' "Codename: $codename" | sort -u | sed -n 1p)
mkdir -p "$folder"/{apt/lists/partial,apt/cache/archives/partial,debs,root,bin}
folder=$(cd "$folder" && pwd)
echo "deb $mirror $release main" >"$folder/apt/sources.list"
options=(-qq -o "Dir::Etc::sourcelist=$folder/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
  -o "Dir::State::lists=$folder/apt/lists" -o "Dir::Cache=$folder/apt/cache" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update
# All that the client and the C library are linked with; what has none of it in it is left out.
packages=$(apt-cache "${options[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
  --no-enhances libpq5 libzstd1 liblz4-1 zlib1g | grep -E '^lib|^zlib' | grep -vE ':|-perl$|-dev$|^libdb|^libcrypt1$' | sort -u)
# shellcheck disable=SC2086 # a word each
(cd "$folder/debs" && apt-get "${options[@]}" download "postgresql-client-$major" $packages)
for package in "$folder"/debs/*.deb; do dpkg -x "$package" "$folder/root"; done
libraries=$(dirname "$(find "$folder/root/usr/lib" -name 'libc.so.6' | head -1)")
loader=$(find "$libraries" -maxdepth 1 -name 'ld-linux*' | head -1)
for tool in "${tools[@]}"; do
  printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"\n' \
    "$loader" "$libraries" "$folder/root/usr/lib/postgresql/$major/bin/$tool" >"$folder/bin/$tool"
  chmod +x "$folder/bin/$tool"
done
