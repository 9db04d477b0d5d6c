#!/usr/bin/env bash
# `npm run rehearse:compose`: the real image, built from the Dockerfile, in the real docker-compose.yml, on a Debian
# machine that has neither a Docker engine nor a registry of images. buildah builds, podman runs, and the base images are
# made here out of Debian's packages under the names that the two files give them. It needs root, some 3 GB and some
# minutes, and is no part of `npm test`. Its outcome is kept in docs/rehearsals/compose.log.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=${REHEARSAL_DIR:-/var/tmp/valiant-rehearsal}
# Debian's release of the services: the first with a Postgres that is new enough, and with Compose 2.
release=trixie
export PORT=${PORT:-3100} PROMETHEUS_PORT=${PROMETHEUS_PORT:-9190}
url=http://localhost:$PORT

say() { printf '%(%T)T  %s\n' -1 "$*"; }

install_tools() {
  local missing=() name
  for name in buildah podman crun debootstrap iptables curl golang-github-containernetworking-plugin-dnsname; do
    dpkg -s "$name" >/dev/null 2>&1 || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$work/apt.log"
}

# The mirror that this machine itself uses.
mirror() {
  local codename
  codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  # shellcheck disable=SC2016 # apt-get fills it in
  apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' "Codename: $codename" | sort -u | sed -n 1p
}

# Debian's own docker-compose is a single static program from this release on: taken out of its package, not installed.
get_compose() {
  [ -x "$work/compose/usr/bin/docker-compose" ] && return
  say "getting docker-compose out of $release"
  local apt=$work/apt
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$work/compose"
  echo "deb $(mirror) $release main" >"$apt/sources.list"
  local options=(-qq -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update
  (cd "$apt" && apt-get "${options[@]}" download docker-compose && dpkg -x docker-compose_*.deb "$work/compose")
}

# make_image NAME ROOT CHANGE...: a folder as an image.
make_image() {
  local name=$1 root=$2 change options=()
  shift 2
  for change in "$@"; do options+=(--change "$change"); done
  tar -C "$root" -c . | podman import --quiet "${options[@]}" - "$name" >/dev/null
  say "made $name"
}

# Stands for the official image of Node: its program, npm, and the user "node".
make_node_image() {
  podman image exists localhost/node:24 && return
  [ -e "$work/base/etc/debian_version" ] ||
    debootstrap --variant=minbase --include=ca-certificates "$release" "$work/base" "$(mirror)" >"$work/debootstrap.log"
  local root=$work/node
  rm -rf "$root" && cp -a "$work/base" "$root"
  cp -L node_modules/.bin/node "$root/usr/local/bin/node"
  mkdir -p "$root/usr/local/lib/node_modules"
  cp -a "$(npm root -g)/npm" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  chroot "$root" useradd --uid 1000 --user-group --create-home node
  make_image localhost/node:24 "$root" 'CMD ["node"]'
}

# Stand for the official images of the services, whose start scripts do no more here than docker-compose.yml asks of them.
make_service_images() {
  podman image exists docker.io/library/haproxy:3.2-alpine && return
  local root=$work/services
  rm -rf "$root" && cp -a "$work/base" "$root"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod +x "$root/usr/sbin/policy-rc.d"
  chroot "$root" sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    postgresql redis-server haproxy && apt-get clean' >"$work/services.log" 2>&1
  install -m 0755 infra/rehearsal/postgres-entrypoint.sh "$root/usr/local/bin/postgres-entrypoint"
  mkdir -p "$root/docker-entrypoint-initdb.d" "$root/data"
  make_image docker.io/library/postgres:18 "$root" 'ENTRYPOINT ["postgres-entrypoint"]' 'VOLUME /var/lib/postgresql' 'STOPSIGNAL SIGINT'
  make_image docker.io/library/redis:7-alpine "$root" 'USER redis' 'WORKDIR /data'
  make_image docker.io/library/haproxy:3.2-alpine "$root" 'USER haproxy' 'STOPSIGNAL SIGUSR1'
}

# image_of SERVICE: what docker-compose.yml names, in full.
image_of() {
  "$work/compose/usr/bin/docker-compose" --profile observe config --format json |
    node_modules/.bin/node -p "'docker.io/' + JSON.parse(require('node:fs').readFileSync(0)).services['$1'].image"
}

# Stand for those that watch. Grafana is in no release of Debian, so that it is not run.
make_observer_images() {
  podman image exists "$(image_of prometheus)" && return
  local root=$work/observers
  rm -rf "$root" && cp -a "$work/base" "$root"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod +x "$root/usr/sbin/policy-rc.d"
  chroot "$root" sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    prometheus prometheus-postgres-exporter prometheus-redis-exporter prometheus-node-exporter && apt-get clean' >"$work/observers.log" 2>&1
  install -d -o 65534 -g 65534 "$root/prometheus"
  make_image "$(image_of node-exporter)" "$root" 'ENTRYPOINT ["/usr/bin/prometheus-node-exporter"]' 'USER nobody'
  make_image "$(image_of postgres-exporter)" "$root" 'ENTRYPOINT ["/usr/bin/prometheus-postgres-exporter"]' 'USER nobody'
  make_image "$(image_of redis-exporter)" "$root" 'ENTRYPOINT ["/usr/bin/prometheus-redis-exporter"]' 'USER nobody'
  make_image "$(image_of prometheus)" "$root" 'ENTRYPOINT ["/usr/bin/prometheus"]' 'USER nobody' 'VOLUME /prometheus'
}

build_image() {
  say 'building the image'
  # The registry and the certificates that this machine itself uses.
  printf 'registry=%s\ncafile=/etc/ssl/certs/ca-certificates.crt\n' "$(npm config get registry)" >"$work/npmrc"
  local options=(-v /etc/ssl/certs:/etc/ssl/certs:ro -v "$work/npmrc:/root/.npmrc:ro")
  # --format docker keeps the health check.
  buildah bud --layers --format docker --isolation chroot --network host --build-arg BASE=localhost/node:24 "${options[@]}" \
    --target app -t docker.io/library/valiant:local . >"$work/build.log" 2>&1 || { tail -30 "$work/build.log"; return 1; }
  podman image inspect --format 'the image: {{.Size}} bytes, user {{.User}}, {{.Config.Cmd}}' docker.io/library/valiant:local
}

mkdir -p "$work"
install_tools
get_compose
make_node_image
make_service_images
make_observer_images
build_image
# A mount namespace of its own, in which control groups can be what podman takes.
exec unshare --mount bash infra/rehearsal/compose-run.sh "$work" "$work/compose/usr/bin/docker-compose" "$url"
