#!/usr/bin/env bash
# The second half of compose.sh: docker-compose.yml runs, in a mount namespace of our own, and is held to what
# docs/operations/deploy.md says of it. compose-run.sh WORK COMPOSE URL
set -euo pipefail
work=$1 compose=$2 url=$3
umount -R /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
cat >"$work/containers.conf" <<CONF
[containers]
cgroups = "disabled"
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "crun"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
export CONTAINERS_CONF=$work/containers.conf DOCKER_HOST=unix://$work/podman.sock
node=$PWD/node_modules/.bin/node prometheus=http://127.0.0.1:$PROMETHEUS_PORT

say() { printf '%(%T)T  %s\n' -1 "$*"; }
dc() { "$compose" --progress quiet "$@"; }
held=no
finish() {
  [ "$held" = yes ] || { dc --profile observe ps -a; dc --profile observe logs --no-color --tail 40; } || true
  dc --profile observe down --volumes --timeout 35 || true
  kill "$checks" "$service" || true
  wait || true
  [ "$held" = yes ] || { say 'FAILED'; exit 1; }
  say 'all of it held'
}
smoke() { NO_COLOR=1 VALIANT_ADDRESS=$url "$node" node_modules/.bin/vitest run --project smoke --reporter verbose; }
container() { dc ps -q "$1" | sed -n 1p; } # sed reads to the end, which head would not

podman --log-level=error system service --time 0 "$DOCKER_HOST" 2>"$work/service.log" &
service=$!
# Health checks are systemd's business under podman, and there is none here.
(while sleep 1; do for each in $(podman ps -q); do podman healthcheck run "$each" >/dev/null 2>&1 || true; done; done) &
checks=$!
trap finish EXIT

say 'docker compose up -d'
dc up -d --no-build --pull never
dc ps --format '{{.Service}} {{.State}} {{.Health}}'
curl -sf "$url/readyz" >/dev/null
say "the market is open on $url"
smoke
say "process 1 of the app: $(dc exec -T app cat /proc/1/cmdline | tr '\0' ' '), user $(dc exec -T app id -un)"
say "preloaded by Postgres: $(dc exec -T postgres psql -U valiant -At -c 'SHOW shared_preload_libraries' | tr -d '\r')"

say 'docker compose up -d --scale app=3'
dc up -d --no-build --pull never --scale app=3 --no-recreate
dc ps --format '{{.Service}} {{.State}} {{.Health}}' app
smoke

say 'docker compose --profile observe up -d, but for grafana: Debian has none'
dc --profile observe up -d --no-build --pull never --no-recreate prometheus postgres-exporter redis-exporter node-exporter
"$node" infra/rehearsal/watched.ts "$prometheus" 3
say 'Redis is stopped, and an alert fires; it is started again, empty, and orders are taken'
dc stop redis
"$node" infra/rehearsal/holds.ts "$prometheus" 'ALERTS{alertname="RedisDown", alertstate="firing"}'
dc start redis
"$node" infra/rehearsal/holds.ts "$prometheus" 'sum(valiant_gateway_market_status{status="open"}) == 3'
smoke

say 'the first of the three is stopped, as an operator stops it'
first=$(container app)
podman stop --time 35 "$first" >/dev/null 2>>"$work/service.log"
say "it ended with $(podman inspect --format '{{.State.ExitCode}}' "$first")"
[ "$(podman inspect --format '{{.State.ExitCode}}' "$first")" = 0 ]
smoke

say 'docker compose run --rm app valiant audit'
dc run --rm -T app valiant audit
held=yes
say 'docker compose down'
